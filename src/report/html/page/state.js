/** What a run was at a moment, read from its model: no drawing here. */

/**
 * The last change at or before a moment.
 *
 * @template {readonly [number, ...unknown[]]} T
 * @param {readonly T[]} changes In order.
 * @param {number} at
 * @returns {T | undefined}
 */
function lastBefore(changes, at) {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (/** @type {T} */ (changes[middle])[0] <= at) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1];
}

/**
 * @param {ReportModel} model
 * @param {Lane['kind']} kind
 * @param {string} [subject]
 */
function lanesOf(model, kind, subject) {
  return model.lanes.filter(
    lane => lane.kind === kind && (subject === undefined || lane.subject === subject),
  );
}

/** The faults in force. @param {ReportModel} model @param {number} at */
function faultsAt(model, at) {
  return model.faults.filter(
    ({ inject, healed }) => inject <= at && (healed ?? Number.POSITIVE_INFINITY) > at,
  );
}

/** @param {ReportModel} model @param {string} target @param {number} at */
function faultsOn(model, target, at) {
  return faultsAt(model, at).filter(({ targets }) => targets.includes(target));
}

/**
 * What the GTM's name servers served.
 *
 * @param {ReportModel} model
 * @param {number} at
 * @returns {{ since: number, set: string, list: string } | undefined}
 */
function publishedAt(model, at) {
  for (const { changes } of lanesOf(model, 'set')) {
    const last = lastBefore(changes, at);
    if (last !== undefined) return { since: last[0], set: last[1], list: last[2] };
  }
  return undefined;
}

/** @param {ReportModel} model @param {string} centre @param {number} at */
function healthAt(model, centre, at) {
  return lanesOf(model, 'health', centre).map(({ changes }) => lastBefore(changes, at)?.[1])[0];
}

/** @param {ReportModel} model @param {string} centre @param {number} at */
function podsAt(model, centre, at) {
  return lanesOf(model, 'pods', centre).map(({ changes }) => lastBefore(changes, at)?.[2])[0];
}

/** Each vantage point's last check of a centre. @param {ReportModel} model @param {string} centre @param {number} at */
function votesAt(model, centre, at) {
  return model.votes
    .filter(votes => votes.centre === centre)
    .flatMap(({ vantage, runs }) => {
      const run = lastBefore(runs, at);
      return run ? [{ vantage, since: run[0], ok: run[3] === 1, result: run[4] }] : [];
    });
}

/** @param {ReportModel} model @param {number} at */
function binAt({ bins }, at) {
  return Math.min(bins.count - 1, Math.max(0, Math.floor((at - bins.from) / bins.width)));
}

/** Requests and errors of each centre (the last: of none) in the bin of a moment. @param {ReportModel} model @param {number} at */
function trafficAt(model, at) {
  const bin = binAt(model, at);
  const row = (/** @type {readonly (readonly number[])[]} */ rows) => rows.map(each => each[bin] ?? 0);
  const { requests, errors, populationRequests, populationErrors } = model.bins;
  return {
    requests: row(requests),
    errors: row(errors),
    populationRequests: row(populationRequests),
    populationErrors: row(populationErrors),
    total: sum(row(requests)),
  };
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {ReportModel} model @param {number} index */
function centreName(model, index) {
  return model.centres[index]?.name ?? say('elsewhere');
}

/** @param {ReportModel} model @param {number} index */
function listName(model, index) {
  if (index < 0) return say('otherLists');
  return model.lists[index] || say('nothing');
}

/** The longest recovery of all; null: one never ended, undefined: no errors. @param {ReportModel} model */
function worstRecovery({ populations }) {
  const all = populations.flatMap(({ requests, recoveries }) => (requests === 0 ? [] : recoveries));
  if (all.some(({ ended }) => ended === false)) return null;
  const worst = Math.max(0, ...all.map(({ rto }) => rto ?? 0));
  return worst === 0 ? undefined : worst;
}
