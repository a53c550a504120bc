/** @param {string} result */
function badge(result) {
  const word = /** @type {Word} */ (result);
  return html('span', { class: `badge ${result}` }, word in ENGLISH ? say(word) : result);
}

/** Each expectation with its evidence; the buttons show its moment. @param {ReportModel} model @param {Reader} reader */
function expectationTable(model, reader) {
  const rows = model.expectations.map(({ name, says, result, text, from, until, lines }) => {
    const places = lines.slice(0, 5).map(([line, at]) =>
      button(clock(at), () => reader.seek(at), {
        'aria-label': `${say('show', clock(at))}, ${say('line', line)}`,
        title: say('line', line),
      }),
    );
    const window =
      from === null || until === null
        ? []
        : [
            button(`${clock(from)} – ${clock(until)}`, () => reader.zoom(from, until), {
              title: say('show', clock(from)),
            }),
          ];
    return [
      html('span', {}, html('strong', {}, name), `: ${told(says)}`),
      badge(result),
      html('span', {}, told(text), ' ', ...[...window, ...places].flatMap(each => [each, ' '])),
    ];
  });
  return html(
    'div',
    {},
    html('p', { class: 'help' }, say('evidenceHelp')),
    table(say('expectations'), [say('expectation'), say('result'), say('evidence')], rows),
  );
}

/** @param {ReportModel} model @param {Reader} reader */
function periodTable({ periods, centres }, reader) {
  const rows = periods.map(period => [
    button(told(period.name), () => reader.zoom(period.from, period.until)),
    clock(period.from),
    String(period.requests),
    String(period.errors),
    ...centres.map(({ name }) => (period.requests === 0 ? '–' : percent(period.centres[name]?.share ?? 0))),
  ]);
  const header = [
    say('period'),
    say('from'),
    say('requests'),
    say('errors'),
    ...centres.map(({ name }) => name),
  ];
  return table(say('periods'), header, rows);
}

/** What happened, in order. @param {ReportModel} model @param {Reader} reader */
function storyList(model, reader) {
  const items = model.moments.map(moment =>
    html(
      'li',
      {},
      button(clock(moment.at), () => reader.seek(moment.at)),
      ' ',
      momentText(moment),
    ),
  );
  return html('ol', { class: 'story' }, ...items);
}

/** What the drill was, and how to have it again. @param {ReportModel} model */
function drillFacts(model) {
  const facts = [
    [say('scenario'), model.scenario],
    [say('lab'), model.lab],
    [say('seed'), String(model.seed)],
    [say('timeScale'), String(model.timeScale)],
    [say('version'), model.version],
    [say('events'), String(model.events)],
    [say('again'), html('code', {}, model.replay)],
  ];
  const configuration = details(say('configuration'), () =>
    html('pre', { tabindex: '0', role: 'group', 'aria-label': say('configuration') }, model.configuration),
  );
  return html('div', {}, table(say('drill'), [say('thing'), say('state')], facts), configuration);
}

/** The figures that say most, in large type. @param {ReportModel} model */
function tiles(model) {
  const worst = worstRecovery(model);
  const requests = sum(model.populations.map(each => each.requests));
  const errors = sum(model.populations.map(each => each.errors));
  const figures = [
    ['requests', say('requests'), String(requests)],
    ['errors', say('errors'), requests === 0 ? '–' : `${errors} (${percent(errors / requests)})`],
    [
      'worst',
      say('worst'),
      worst === null ? say('never') : worst === undefined ? say('none') : say('length.s', seconds(worst)),
    ],
    ['switches', say('switches'), String(model.switches)],
  ];
  return html(
    'dl',
    { class: 'tiles' },
    ...figures.map(([id = '', name = '', value = '']) =>
      html('div', { 'data-figure': id }, html('dt', {}, name), html('dd', {}, value)),
    ),
  );
}

/** Two runs' figures side by side. @param {ReportModel} one @param {ReportModel} other */
function comparison(one, other) {
  const runs = [one, other];
  const names = (/** @type {(model: ReportModel) => readonly string[]} */ of) => [
    ...new Set(runs.flatMap(of)),
  ];
  const errorShare = (/** @type {ReportModel} */ model) => {
    const requests = sum(model.populations.map(each => each.requests));
    return requests === 0 ? null : sum(model.populations.map(each => each.errors)) / requests;
  };
  const recoveries = names(({ populations }) =>
    populations.flatMap(({ name, recoveries }) => recoveries.map(({ fault }) => `${fault}\n${name}`)),
  ).map(key => {
    const [fault = '', name = ''] = key.split('\n');
    const rto = (/** @type {ReportModel} */ { populations }) =>
      rtoOf(populations.find(each => each.name === name)?.recoveries.find(each => each.fault === fault));
    return [
      `${say('rto')} ${name} (${fault})`,
      ...compared(runs.map(rto), ms => say('length.s', seconds(ms))),
    ];
  });
  const expectations = names(({ expectations }) =>
    expectations.map(({ name, says }) => `${name}: ${told(says)}`),
  ).map(key => {
    const results = runs.map(
      ({ expectations }) => expectations.find(({ name, says }) => `${name}: ${told(says)}` === key)?.result,
    );
    const cells = results.map(result => (result === undefined ? '–' : badge(result)));
    return [key, ...cells, results[0] === results[1] ? '=' : '≠'];
  });
  const verdicts = runs.map(({ verdict }) => badge(verdict));
  return table(
    say('compare'),
    [say('thing'), say('run', 1), say('run', 2), say('difference')],
    [
      [say('scenario'), ...runs.map(({ scenario }) => scenario), ''],
      [say('seed'), ...runs.map(({ seed }) => String(seed)), ''],
      [say('version'), ...runs.map(({ version }) => version), ''],
      [say('verdict'), ...verdicts, one.verdict === other.verdict ? '=' : '≠'],
      [
        say('errorShare'),
        ...compared(runs.map(errorShare), percent, share => say('points', (share * 100).toFixed(1))),
      ],
      [
        say('switches'),
        ...compared(
          runs.map(({ switches }) => switches),
          String,
        ),
      ],
      ...recoveries,
      ...expectations,
    ],
  );
}

/** Null: never, undefined: not seen. @param {Recovery | undefined} recovery */
function rtoOf(recovery) {
  return recovery?.rto ?? (recovery?.ended === false ? null : undefined);
}

/** Both values and their difference; null: never, undefined: not in that run. @param {readonly (number | null | undefined)[]} values @param {(value: number) => string} text @param {(value: number) => string} ofDifference */
function compared(values, text, ofDifference = text) {
  const [one, other] = values;
  const known = typeof one === 'number' && typeof other === 'number';
  const shown = values.map(value =>
    value === undefined ? '–' : value === null ? say('never') : text(value),
  );
  if (!known) return [...shown, one === other ? '=' : '≠'];
  const difference = other - one;
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '±';
  return [...shown, `${sign}${ofDifference(Math.abs(difference))}`];
}
