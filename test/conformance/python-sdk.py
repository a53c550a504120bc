"""Calls Alibaba Cloud's Python SDK for whoever writes a call a line: {"action": ..., "parameters": {...}}, in the API's names.

Its arguments are the endpoint, the access key's id and its secret. Each call is answered by a line: {"body": ...} or {"error": ...}.
"""

import json
import re
import sys

from alibabacloud_alidns20150109 import models
from alibabacloud_alidns20150109.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

endpoint, key, secret = sys.argv[1:]
client = Client(Config(access_key_id=key, access_key_secret=secret, endpoint=endpoint, protocol="http"))


def call(action, parameters):
    method = getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower())
    request = getattr(models, action + "Request", None)
    response = method(request().from_map(parameters)) if request else method()
    return response.body.to_map()


for line in sys.stdin:
    try:
        answer = {"body": call(**json.loads(line))}
    except AlibabaCloudException as error:
        answer = {"error": {"code": error.code, "statusCode": error.status_code, "message": str(error)}}
    except Exception as error:
        answer = {"error": {"code": type(error).__name__, "message": str(error)}}
    print(json.dumps(answer), flush=True)
