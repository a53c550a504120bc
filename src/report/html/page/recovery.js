/** How long each population took to recover from each fault, phase after phase. @param {ReportModel} model */
function recoveryView(model) {
  const faults = [
    ...new Set(model.populations.flatMap(({ recoveries }) => recoveries.map(({ fault }) => fault))),
  ];
  return html('div', {}, ...faults.map(fault => recoveryFrom(model, fault)));
}

/** @param {ReportModel} model @param {string} fault */
function recoveryFrom(model, fault) {
  const rows = model.populations.flatMap(({ name, recoveries }) =>
    recoveries.filter(recovery => recovery.fault === fault).map(recovery => ({ name, recovery })),
  );
  const title = html('h3', {}, say('recoveryOf', fault));
  if (rows.every(({ recovery }) => recovery.rto === 0))
    return html('div', {}, title, html('p', {}, say('noErrors')));
  const most = Math.max(1, ...rows.flatMap(({ recovery }) => [recovery.rto ?? 0, recovery.bound ?? 0]));
  return html(
    'div',
    {},
    title,
    waterfall(model.phases, rows, most),
    table(
      say('seconds'),
      [say('population'), say('rto'), ...model.phases.map(({ says }) => told(says))],
      rows.map(({ name, recovery }) => [
        name,
        recovery.rto === null ? noRto(recovery) : ofBound(interval(recovery, recovery.rto), recovery.bound),
        ...model.phases.map(({ name: phase }) =>
          measured(recovery.phases[phase].ms, recovery.phases[phase].bound),
        ),
      ]),
    ),
  );
}

/** Where faults overlap, an RTO lies between two times. @param {Recovery} recovery @param {number} rto */
function interval({ atLeast }, rto) {
  return atLeast < rto ? `${seconds(atLeast)} – ${seconds(rto)}` : seconds(rto);
}

/** @param {Recovery} recovery */
function noRto({ ended }) {
  return ended === false ? say('never') : '–';
}

/**
 * A phase that is over its bound says so; of a whole recovery the expectations say it, who know when a bound applies.
 *
 * @param {number | null} ms
 * @param {number | null} bound
 */
function measured(ms, bound) {
  if (ms === null) return '–';
  if (bound === null || ms <= bound) return ofBound(seconds(ms), bound);
  return html('strong', { class: 'bad' }, `${ofBound(seconds(ms), bound)} (${say('over')})`);
}

/** @param {string} measured @param {number | null} bound */
function ofBound(measured, bound) {
  return `${measured} / ${bound === null ? '–' : seconds(bound)}`;
}

/**
 * A bar of measured phases and, below it, one of their bounds.
 *
 * @param {ReportModel['phases']} phases
 * @param {readonly { name: string, recovery: Recovery }[]} rows
 * @param {number} most
 */
function waterfall(phases, rows, most) {
  const [label, width] = [130, 620];
  const x = (/** @type {number} */ ms) => label + (ms / most) * width;
  const bars = rows.map(({ name, recovery }, row) => {
    const top = 22 + row * 34;
    return svg(
      'g',
      {},
      svg('text', { x: 0, y: top + 13 }, short(name, 20)),
      ...segments(phases, recovery, 'ms', top, 15, x),
      ...segments(phases, recovery, 'bound', top + 17, 5, x),
      svg(
        'text',
        { x: x(recovery.rto ?? 0) + 6, y: top + 13 },
        recovery.rto === null ? noRto(recovery) : say('length.s', interval(recovery, recovery.rto)),
      ),
    );
  });
  const legend = phases.map(({ says }, index) =>
    html('span', { class: 'key' }, html('i', { class: `c${index}` }), told(says)),
  );
  return html(
    'div',
    { class: 'waterfall' },
    html(
      'p',
      { class: 'legend' },
      ...legend,
      html('span', { class: 'key' }, `▬ ${say('measured')}, ▂ ${say('bound')}`),
    ),
    svg(
      'svg',
      {
        viewBox: `0 0 ${label + width + 80} ${rows.length * 34 + 26}`,
        role: 'img',
        'aria-label': say('recovery'),
      },
      ...bars,
    ),
  );
}

/**
 * @param {ReportModel['phases']} order
 * @param {Recovery} recovery
 * @param {'ms' | 'bound'} which
 * @param {number} y
 * @param {number} height
 * @param {(ms: number) => number} x
 */
function segments(order, { rto, bound, phases }, which, y, height, x) {
  const whole = which === 'ms' ? rto : bound;
  const parts = order.map(({ name }) => phases[name][which]);
  // Without phases the whole is all there is to draw.
  if (parts.every(part => part === null))
    return whole === null
      ? []
      : [svg('rect', { x: x(0), y, width: x(whole) - x(0), height, class: 'whole' })];
  let at = 0;
  return parts.flatMap((part, index) => {
    if (part === null || part === 0) return [];
    const rect = svg('rect', {
      x: x(at),
      y,
      width: Math.max(1, x(at + part) - x(at)),
      height,
      class: `c${index} ${which}`,
    });
    at += part;
    return [rect];
  });
}
