/** All that follows the moment and the zoom. @type {View[]} */
let views = [];
/** @type {PageData} */
let data = { runs: [], live: false };

/** @type {Reader} */
const reader = {
  seek(at) {
    choice.at = Math.min(choice.until, Math.max(choice.from, at));
    if (at < choice.from || at > choice.until) showAll(at);
    update();
  },
  zoom(from, until) {
    const { from: first, until: last } = wholeRange();
    const width = Math.max(1000, until - from);
    choice.from = Math.max(first, from);
    choice.until = Math.min(last, choice.from + width);
    if (choice.at < choice.from || choice.at > choice.until) choice.at = choice.from;
    update();
  },
};

/** The stretch of time that the runs take together. */
function wholeRange() {
  return {
    from: Math.min(...data.runs.map(({ from }) => from)),
    until: Math.max(...data.runs.map(({ until }) => until)),
  };
}

/** @param {number} at */
function showAll(at) {
  Object.assign(choice, wholeRange());
  choice.at = Math.min(choice.until, Math.max(choice.from, at));
}

let frame = 0;

/** Follows the reader's choices, once a frame however many there were. */
function update() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    for (const view of views) view.update();
  });
}

/** Draws the page anew: at the start, for another language or theme, and for a live drill's news. */
function draw() {
  views = [];
  document.documentElement.lang = choice.language === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset['theme'] = choice.theme;
  const [one, other] = data.runs;
  if (one === undefined) {
    document.body.replaceChildren(
      html('main', {}, html('h1', {}, say('title')), html('p', {}, say('running'))),
    );
    return;
  }
  document.title = `${one.scenario}: ${say(one.verdict)} – ${say('title')}`;
  const parts = data.runs.map((model, index) => runParts(model, index));
  const two = other !== undefined;
  const main = html(
    'main',
    {},
    ...(two ? [section(say('compare'), { id: 'compare' }, comparison(one, other))] : []),
    scrubber(),
    html('div', { class: two ? 'columns' : '' }, ...parts.map(({ element }) => element)),
  );
  document.body.replaceChildren(
    html('a', { class: 'skip', href: '#expectations' }, say('skip')),
    header(),
    main,
  );
  // Charts ask for their width: they are drawn when they have a place.
  for (const { place } of parts) place();
  for (const view of views) view.update();
}

function header() {
  const runs = data.runs.map((model, index) =>
    html(
      'div',
      { class: 'title' },
      html(
        data.runs.length > 1 ? 'h2' : 'h1',
        {},
        data.runs.length > 1 ? `${say('run', index + 1)}: ` : '',
        model.scenario,
        ' ',
        badge(model.verdict),
      ),
      html('p', {}, model.proves),
      html(
        'p',
        { class: 'help' },
        model.ended === null
          ? say(data.live ? 'running' : 'cutShort')
          : say('ended', `${endName(model.ended.reason)} ${model.ended.detail}`.trim()),
      ),
      tiles(model),
    ),
  );
  const other = choice.theme === 'dark' ? 'light' : 'dark';
  return html(
    'header',
    {},
    ...(data.runs.length > 1 ? [html('h1', {}, say('compare'))] : []),
    html(
      'div',
      { class: 'controls' },
      button(say('language'), () => choose({ language: choice.language === 'en' ? 'zh' : 'en' }), {
        lang: choice.language === 'en' ? 'zh-CN' : 'en',
        'data-control': 'language',
      }),
      button(say(other), () => choose({ theme: other }), { 'data-control': 'theme' }),
      button(say('print'), () => print()),
    ),
    html('div', { class: data.runs.length > 1 ? 'columns' : '' }, ...runs),
  );
}

/** @param {Partial<Choice>} changes */
function choose(changes) {
  const focused = document.activeElement?.getAttribute('data-control');
  Object.assign(choice, changes);
  draw();
  if (focused)
    /** @type {HTMLElement | null} */ (document.querySelector(`[data-control="${focused}"]`))?.focus();
}

/** The slider that moves the moment, and the zoom. */
function scrubber() {
  const slider = html('input', { type: 'range', 'aria-label': say('scrubber'), step: '100', id: 'scrubber' });
  const shown = html('output', { for: 'scrubber' });
  slider.addEventListener('input', () => reader.seek(Number(slider.value)));
  const scale = (/** @type {number} */ factor) => () => {
    const half = ((choice.until - choice.from) * factor) / 2;
    reader.zoom(choice.at - half, choice.at + half);
  };
  const step = (/** @type {1 | -1} */ way) => () => {
    const times = data.runs.flatMap(({ moments }) => moments.map(({ at }) => at)).sort((a, b) => a - b);
    const next = way > 0 ? times.find(at => at > choice.at) : times.findLast(at => at < choice.at);
    if (next !== undefined) reader.seek(next);
  };
  views.push({
    element: slider,
    update() {
      slider.min = String(choice.from);
      slider.max = String(choice.until);
      slider.value = String(choice.at);
      slider.setAttribute('aria-valuetext', clock(choice.at));
      shown.textContent = clock(choice.at);
    },
  });
  return html(
    'div',
    { class: 'scrubber', role: 'group', 'aria-label': say('scrubber') },
    button('◀', step(-1), { 'aria-label': say('earlier'), title: say('earlier') }),
    slider,
    button('▶', step(1), { 'aria-label': say('later'), title: say('later') }),
    shown,
    button('+', scale(0.5), { 'aria-label': say('zoomIn'), title: say('zoomIn') }),
    button('−', scale(2), { 'aria-label': say('zoomOut'), title: say('zoomOut') }),
    button(say('zoomAll'), () => {
      showAll(choice.at);
      update();
    }),
  );
}

/**
 * One run, from map to configuration.
 *
 * @param {ReportModel} model
 * @param {number} index
 */
function runParts(model, index) {
  /** Of two runs each part says whose it is. @param {Word} word */
  const title = word => (data.runs.length > 1 ? `${say(word)} – ${say('run', index + 1)}` : say(word));
  const map = mapView(model);
  const why = whyView(model);
  views.push(map, why);
  const charts = [shareChart, errorChart, latencyChart, laneChart].map(make => ({
    make,
    host: html('div', { class: 'chart' }),
  }));
  const titles = [say('share'), say('errorShare'), say('latency'), say('lanes')];
  const element = html(
    'div',
    { class: 'run' },
    section(title('mapTitle'), { class: 'map-section' }, map.element),
    section(
      title('timeline'),
      { class: 'timeline' },
      html('p', { class: 'help' }, say('timelineHelp', span(model.bins.width))),
      ...charts.flatMap(({ host }, row) => [html('h3', {}, titles[row] ?? ''), host]),
      html('p', { class: 'help' }, say('lanesHelp')),
      details(`${say('timeline')}: ${say('asTable')}`, () => binTable(model)),
      details(`${say('lanes')}: ${say('asTable')}`, () => laneTable(model)),
    ),
    section(title('recovery'), { class: 'recovery' }, recoveryView(model)),
    section(
      title('expectations'),
      index === 0 ? { id: 'expectations' } : {},
      expectationTable(model, reader),
    ),
    section(title('why'), { class: 'why' }, why.element),
    section(title('periods'), {}, periodTable(model, reader)),
    section(
      title('story'),
      {},
      details(counted(model.moments.length, 'event'), () => storyList(model, reader)),
    ),
    section(title('drill'), {}, drillFacts(model)),
  );
  const place = () => {
    for (const { make, host } of charts) views.push(make(model, reader, host));
  };
  return { element, place };
}

/** Paper is white, and cannot be opened. */
function printable() {
  const before = choice.theme;
  addEventListener('beforeprint', () => {
    choose({ theme: 'light' });
    for (const each of document.querySelectorAll('details')) each.open = true;
  });
  addEventListener('afterprint', () => choose({ theme: before }));
}

/** A live drill's news come as whole models; the reader's choices stay. */
function follow() {
  const source = new EventSource('events');
  let held = false;
  let late = '';
  const show = (/** @type {string} */ news) => {
    const first = data.runs.length === 0;
    const toTheEnd = !first && choice.until >= wholeRange().until;
    data = JSON.parse(news);
    if (first) begin();
    if (toTheEnd) choice.until = wholeRange().until;
    redraw();
  };
  source.addEventListener('model', event => {
    // What a hand is on does not change under it.
    if (held) late = event.data;
    else show(event.data);
  });
  source.addEventListener('end', () => source.close());
  addEventListener('pointerdown', () => {
    held = true;
  });
  addEventListener('pointerup', () => {
    held = false;
    if (late !== '') show(late);
    late = '';
  });
}

/** Draws the page anew and leaves it as the reader had it: scrolled, open, focused. */
function redraw() {
  const { scrollY } = globalThis;
  const open = [...document.querySelectorAll('details')].map(each => each.open);
  const focused = document.activeElement?.id ?? '';
  draw();
  for (const [index, each] of document.querySelectorAll('details').entries())
    each.open = open[index] ?? false;
  if (focused !== '') document.getElementById(focused)?.focus({ preventScroll: true });
  scrollTo(0, scrollY);
}

/** The moment at which a reader begins: the first fault's, else the timeline's. */
function begin() {
  const strikes = data.runs.flatMap(({ faults }) => faults.map(({ inject }) => inject));
  showAll(strikes.length > 0 ? Math.min(...strikes) : 0);
}

function start() {
  data = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
  choice.language = navigator.language.startsWith('zh') ? 'zh' : 'en';
  choice.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  if (data.runs.length > 0) begin();
  draw();
  document.body.dataset['ready'] = 'yes';
  printable();
  if (data.live) follow();
}

start();
