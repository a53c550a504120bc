import type { HttpResponse } from '../../runtime/network.ts';

/**
 * What the ingress answers in place of an application: the pages of nginx, which is the article's ingress. (Real labs have
 * Traefik, whose ways the simulated one has, but not its words.)
 */
export const notFoundPage = nginxPage(404, 'Not Found');
export const badGatewayPage = nginxPage(502, 'Bad Gateway');
export const unavailablePage = nginxPage(503, 'Service Temporarily Unavailable');

function nginxPage(status: number, reason: string): HttpResponse {
  const title = `${status} ${reason}`;
  const body = `<html>
<head><title>${title}</title></head>
<body>
<center><h1>${title}</h1></center>
<hr><center>nginx</center>
</body>
</html>
`;
  return { status, body };
}
