/** @typedef {{ colour: (index: number) => string, ink: string, muted: string, line: string, ground: string, bad: string, band: string }} Colours */

const CENTRE_COLOURS = 6;

/** The theme's colours as the style sheet has them, for what is drawn on a canvas. @returns {Colours} */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const variable = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  return {
    colour: index => (index < 0 ? variable('muted') : variable(`c${index % CENTRE_COLOURS}`)),
    ink: variable('ink'),
    muted: variable('muted'),
    line: variable('line'),
    ground: variable('ground'),
    bad: variable('bad'),
    band: variable('band'),
  };
}

/** What the reader did on a chart. @typedef {{ seek: (at: number) => void, zoom: (from: number, until: number) => void }} Reader */

/**
 * A chart on the drill's time axis, with the faults behind it and the moment on it.
 *
 * @param {object} given
 * @param {ReportModel} given.model
 * @param {Reader} given.reader
 * @param {HTMLElement} given.host
 * @param {string} given.label For those who cannot see it.
 * @param {number} given.height
 * @param {ChartOptions['series']} given.series After the first, which is time.
 * @param {uPlot.AlignedData} given.data
 * @param {[number, number]} given.range
 * @param {(value: number) => string} [given.value]
 * @param {(chart: Chart) => void} [given.draw]
 * @returns {View}
 */
function timeChart({ model, reader, host, label, height, series, data, range, value, draw }) {
  const paint = colours();
  const axis = { stroke: paint.ink, grid: { stroke: paint.line, width: 1 }, ticks: { stroke: paint.line } };
  const drawn = new uPlot(
    {
      width: Math.max(280, host.clientWidth),
      height,
      scales: {
        x: { time: false, min: choice.from, max: choice.until },
        y: { range },
      },
      cursor: {
        sync: { key: 'drill', scales: ['x', null] },
        drag: { x: true, y: false, setScale: false },
        y: false,
      },
      legend: { show: value !== undefined },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      axes: [
        {
          ...axis,
          size: 34,
          values: (_, splits) => splits.map(at => clock(at).replace(/\.0$/, '')),
          incrs: [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5],
          space: 80,
        },
        value === undefined
          ? // As wide as the others', so that all charts share one time axis.
            { ...axis, size: 66, values: () => [], grid: { show: false }, ticks: { show: false } }
          : {
              ...axis,
              size: 66,
              values: (_, splits) => splits.map(each => (each === null ? '' : value(each))),
            },
      ],
      series: [{ label: say('time'), value: (_, at) => (at === null ? '–' : clock(at)) }, ...series],
      hooks: {
        drawClear: [chart => drawFaults(chart, model, paint)],
        draw: [chart => draw?.(chart), chart => drawMoment(chart, paint)],
        setSelect: [chart => selected(chart, reader)],
        // Without a pointer on it the legend reads the moment.
        setLegend: [chart => chart.legend.idx ?? readMoment(chart)],
      },
    },
    data,
    host,
  );
  drawn.root.querySelector('canvas')?.setAttribute('role', 'img');
  drawn.root.querySelector('canvas')?.setAttribute('aria-label', label);
  /** A click is no drag: the pointer went up where it had gone down. */
  let down = -1;
  drawn.over.addEventListener('pointerdown', event => {
    down = event.clientX;
  });
  drawn.over.addEventListener('click', event => {
    if (Math.abs(event.clientX - down) > 3) return;
    reader.seek(drawn.posToVal(event.clientX - drawn.over.getBoundingClientRect().left, 'x'));
  });
  new ResizeObserver(() => {
    const width = Math.max(280, host.clientWidth);
    if (width !== drawn.width) drawn.setSize({ width, height });
  }).observe(host);
  return {
    element: host,
    update() {
      const { min, max } = drawn.scales['x'] ?? {};
      if (min !== choice.from || max !== choice.until)
        drawn.setScale('x', { min: choice.from, max: choice.until });
      else drawn.redraw(false, false);
      if (value !== undefined) queueMicrotask(() => readMoment(drawn));
    },
  };
}

/** @param {Chart} chart */
function readMoment(chart) {
  const [times] = chart.data;
  const bin = Array.from(times).findLastIndex(at => at <= choice.at);
  chart.setLegend({ idx: Math.max(0, bin) }, false);
}

/** @param {Chart} chart @param {Reader} reader */
function selected(chart, reader) {
  const { left, width } = chart.select;
  if (width < 4) return;
  const [from, until] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')];
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  reader.zoom(from, until);
}

/** @param {Chart} chart @param {ReportModel} model @param {Colours} paint */
function drawFaults({ ctx, bbox, valToPos }, model, paint) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = paint.band;
  for (const { inject, healed } of model.faults) {
    const left = valToPos(inject, 'x', true);
    const right = valToPos(healed ?? model.until, 'x', true);
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}

/** @param {Chart} chart @param {Colours} paint */
function drawMoment({ ctx, bbox, valToPos }, paint) {
  const x = valToPos(choice.at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  // A dashed series leaves its dashes behind.
  ctx.setLineDash([]);
  ctx.strokeStyle = paint.ink;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** The bins' edges. @param {ReportModel} model */
function binTimes({ bins }) {
  return Array.from({ length: bins.count + 1 }, (_, index) => bins.from + index * bins.width);
}

/** The bins' values as steps are drawn: the last that is known stands twice, for its bin's end. @param {readonly (number | null)[]} values */
function toTheEnd(values) {
  const steps = [...values, null];
  const last = values.findLastIndex(value => value !== null);
  if (last >= 0) steps[last + 1] = values[last] ?? null;
  return steps;
}

/** Requests by centre, stacked to 100%. @param {ReportModel} model @param {Reader} reader @param {HTMLElement} host */
function shareChart(model, reader, host) {
  const paint = colours();
  const { requests, count } = model.bins;
  const totals = Array.from({ length: count }, (_, bin) => sum(requests.map(row => row[bin] ?? 0)));
  const shares = requests.map(row => row.map((amount, bin) => (totals[bin] ? amount / totals[bin] : null)));
  const used = requests.flatMap((row, index) => (sum(row) > 0 ? [index] : []));
  // Each area reaches down to 0 and covers those before it: the highest sum is drawn first.
  const stacked = used.map((_, position) =>
    toTheEnd(
      Array.from({ length: count }, (_, bin) =>
        totals[bin] ? sum(used.slice(0, position + 1).map(index => shares[index]?.[bin] ?? 0)) : null,
      ),
    ),
  );
  const order = used.map((_, position) => position).reverse();
  return timeChart({
    model,
    reader,
    host,
    label: say('share'),
    height: 190,
    // Above the areas, which fill it all, faults would not be seen.
    range: [0, 1.08],
    value: percent,
    data: /** @type {uPlot.AlignedData} */ ([binTimes(model), ...order.map(p => stacked[p])]),
    series: order.map(position => {
      const centre = /** @type {number} */ (used[position]);
      const index = centre < model.centres.length ? centre : -1;
      return {
        label: centreName(model, index),
        stroke: paint.ground,
        width: 1,
        fill: paint.colour(index),
        paths: stepped(),
        points: { show: false },
        value: (_chart, _value, _series, bin) => valueText(shares[centre], bin, percent),
      };
    }),
  });
}

/** What a bin holds, whatever is drawn there. @param {readonly (number | null)[] | undefined} values @param {number | null} bin @param {(value: number) => string} text */
function valueText(values, bin, text) {
  const value = bin === null ? null : values?.[Math.min(bin, values.length - 1)];
  return value === null || value === undefined ? '–' : text(value);
}

/** @returns {uPlot.Series.PathBuilder} */
function stepped() {
  const build = uPlot.paths.stepped;
  if (build === undefined) throw new Error('uPlot has no steps');
  // A gap begins where its first bin does, not already where the bin before it does.
  return build({ align: 1, alignGaps: 1 });
}

/** @param {ReportModel} model @param {Reader} reader @param {HTMLElement} host */
function errorChart(model, reader, host) {
  const paint = colours();
  const { requests, errors, count } = model.bins;
  const share = Array.from({ length: count }, (_, bin) => {
    const all = sum(requests.map(row => row[bin] ?? 0));
    return all === 0 ? null : sum(errors.map(row => row[bin] ?? 0)) / all;
  });
  return timeChart({
    model,
    reader,
    host,
    label: say('errorShare'),
    height: 120,
    range: [0, 1],
    value: percent,
    data: /** @type {uPlot.AlignedData} */ ([binTimes(model), toTheEnd(share)]),
    series: [
      {
        label: say('errorShare'),
        stroke: paint.bad,
        fill: paint.bad,
        width: 1,
        paths: stepped(),
        points: { show: false },
        value: (_chart, _value, _series, bin) => valueText(share, bin, percent),
      },
    ],
  });
}

/** @param {ReportModel} model @param {Reader} reader @param {HTMLElement} host */
function latencyChart(model, reader, host) {
  const paint = colours();
  const { p50, p99 } = model.bins;
  const known = [...p50, ...p99].flatMap(value => (value === null ? [] : [value]));
  const most = known.reduce((one, other) => Math.max(one, other), 10);
  /** @returns {uPlot.Series} */
  const line = (
    /** @type {string} */ label,
    /** @type {readonly (number | null)[]} */ values,
    /** @type {string} */ stroke,
    /** @type {number[]} */ dash,
  ) => ({
    label: say('latencyOf', label),
    stroke,
    dash,
    width: 2,
    paths: stepped(),
    points: { show: false },
    value: (_chart, _value, _series, bin) => valueText(values, bin, span),
  });
  return timeChart({
    model,
    reader,
    host,
    label: say('latency'),
    height: 140,
    range: [0, most * 1.1],
    value: span,
    data: /** @type {uPlot.AlignedData} */ ([binTimes(model), toTheEnd(p50), toTheEnd(p99)]),
    series: [line('50%', p50, paint.colour(0), []), line('99%', p99, paint.colour(1), [6, 4])],
  });
}
