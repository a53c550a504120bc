const ROW = 26;
const BAR = 9;

/**
 * A row of the lanes: what one thing was, in bars.
 *
 * @typedef {{ label: string, bars: { from: number, until: number, fill: string, text: string }[] }} Row
 */

/** Faults, health, pool set, answers, pods and workflow on the charts' time axis. @param {ReportModel} model @param {Reader} reader @param {HTMLElement} host */
function laneChart(model, reader, host) {
  const rows = laneRows(model);
  const paint = colours();
  return timeChart({
    model,
    reader,
    host,
    label: say('lanes'),
    height: rows.length * ROW + 44,
    range: [0, 1],
    series: [{ show: false }],
    data: [
      [model.from, model.until],
      [null, null],
    ],
    draw: chart => drawRows(chart, rows, paint),
  });
}

/** Each row's name with what it is at the moment, over its bars. @param {Chart} chart @param {readonly Row[]} rows @param {Colours} paint */
function drawRows({ ctx, bbox, valToPos }, rows, paint) {
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const tall = bbox.height / rows.length;
  rows.forEach(({ label, bars }, index) => {
    const top = bbox.top + index * tall;
    for (const { from, until, fill } of bars) {
      const left = Math.max(bbox.left, valToPos(from, 'x', true));
      const right = Math.min(bbox.left + bbox.width, valToPos(until, 'x', true));
      if (right < bbox.left || left > bbox.left + bbox.width) continue;
      ctx.fillStyle = fill;
      ctx.fillRect(left, top + 14 * ratio, Math.max(ratio, right - left), BAR * ratio);
    }
    ctx.fillStyle = paint.ink;
    const now = bars.findLast(({ from, until }) => from <= choice.at && choice.at < until)?.text;
    ctx.fillText(now ? `${label} – ${now}` : label, bbox.left + 4 * ratio, top + 2 * ratio);
  });
  ctx.restore();
}

/** @param {ReportModel} model @returns {Row[]} */
function laneRows(model) {
  const paint = colours();
  const faults = model.faults.map(({ name, fault, targets, inject, healed }) => ({
    label: `${say('lane.fault', name)} (${fault}): ${targets.join(', ')}`,
    bars: [{ from: inject, until: healed ?? model.until, fill: paint.bad, text: say('inForce') }],
  }));
  const lanes = model.lanes.map(lane => ({ kind: lane.kind, row: laneRow(model, lane, paint) }));
  const of = (/** @type {string[]} */ kinds) =>
    lanes.filter(({ kind }) => kinds.includes(kind)).map(({ row }) => row);
  return [
    ...faults,
    ...of(['health', 'set']),
    ...answerRows(model, paint),
    ...of(['pods', 'workflow', 'step']),
  ];
}

/** @param {ReportModel} model @param {Lane} lane @param {Colours} paint @returns {Row} */
function laneRow(model, { kind, subject, changes }, paint) {
  const word = /** @type {Word} */ (`lane.${kind}`);
  return {
    label: say(word, subject),
    bars: changes.map(([at, state, detail], index) => ({
      from: at,
      until: changes[index + 1]?.[0] ?? model.until,
      fill: stateColour(state, paint),
      text: stateText(state, detail),
    })),
  };
}

/** @param {string} state @param {Colours} paint */
function stateColour(state, paint) {
  if (/^(ALERT|none|gone|.*[Ff]ailed|.*terminated)$/.test(state)) return paint.bad;
  if (/^(FAILOVER|some|.*[Ss]uspending)$/.test(state)) return paint.colour(1);
  if (/^(OK|all|DEFAULT|succeeded|running|workflowFinished)$/.test(state)) return paint.colour(0);
  return paint.muted;
}

/** @param {string} state @param {string} detail */
function stateText(state, detail) {
  const name = state === 'DEFAULT' || state === 'FAILOVER' ? setName(state) : nameOf(state);
  return detail === '' ? name : `${name} (${detail})`;
}

/** A bar for each bin in which a resolver got such an answer. @param {ReportModel} model @param {Colours} paint @returns {Row[]} */
function answerRows(model, paint) {
  return model.bins.answers.map(({ list, counts }, index) => ({
    label: say('lane.answers', listName(model, list)),
    bars: counts.flatMap((count, bin) => {
      const from = model.bins.from + bin * model.bins.width;
      if (count === 0) return [];
      return [
        { from, until: from + model.bins.width, fill: paint.colour(index), text: counted(count, 'answer') },
      ];
    }),
  }));
}

/** Every change of the lanes, for those who read rather than see. @param {ReportModel} model */
function laneTable(model) {
  const rows = laneRows(model).flatMap(({ label, bars }) =>
    bars.slice(0, 200).map(({ from, until, text }) => [label, clock(from), clock(until), text]),
  );
  return table(say('lanes'), [say('thing'), say('from'), say('until'), say('state')], rows);
}

/** The charts' figures, at most 60 rows of the part that is shown. @param {ReportModel} model */
function binTable(model) {
  const { bins, centres } = model;
  const [first, last] = [binAt(model, choice.from), binAt(model, choice.until)];
  const step = Math.max(1, Math.ceil((last - first + 1) / 60));
  const rows = [];
  for (let bin = first; bin <= last; bin += step) {
    const total = (/** @type {readonly number[]} */ row) =>
      sum(row.slice(bin, Math.min(bin + step, bins.count)));
    const counts = bins.requests.map(total);
    const all = sum(counts);
    const errors = sum(bins.errors.map(total));
    rows.push([
      clock(bins.from + bin * bins.width),
      String(all),
      String(errors),
      ...counts.map(count => (all === 0 ? '–' : percent(count / all))),
      ...[bins.p50, bins.p99].map(values => {
        const known = values.slice(bin, bin + step).flatMap(value => (value === null ? [] : [value]));
        return known.length === 0 ? '–' : span(Math.max(...known));
      }),
    ]);
  }
  const header = [
    say('from'),
    say('requests'),
    say('errors'),
    ...centres.map(({ name }) => name),
    say('elsewhere'),
    say('latencyOf', '50%'),
    say('latencyOf', '99%'),
  ];
  return table(say('timeline'), header, rows);
}
