const MAP = { width: 900, box: 84, gap: 12, clients: 262, gtm: 100, centre: 270 };

/** Cities, centres, hub, GTM and clients as they were at the moment. @param {ReportModel} model @returns {View} */
function mapView(model) {
  const picture = html('div', { class: 'map' });
  const text = html('div');
  const title = html('h3');
  const element = html(
    'div',
    {},
    title,
    picture,
    details(say('mapTable'), () => text),
  );
  return {
    element,
    update() {
      title.textContent = say('map', clock(choice.at));
      picture.replaceChildren(drawMap(model));
      text.replaceChildren(table(say('map', clock(choice.at)), [say('thing'), say('state')], mapRows(model)));
    },
  };
}

/** @param {ReportModel} model */
function mapRows(model) {
  const { at } = choice;
  const traffic = trafficAt(model, at);
  const published = publishedAt(model, at);
  const centres = model.centres.map(({ name }, index) => [name, centreLines(model, index).join('; ')]);
  return [
    [say('gtm'), published ? `${setName(published.set)}: ${published.list || say('nothing')}` : say('none')],
    ...centres,
    ...model.populations.map(({ name }, index) => [name, populationLine(traffic, index)]),
  ];
}

/** @param {ReturnType<typeof trafficAt>} traffic @param {number} index */
function populationLine(traffic, index) {
  const requests = traffic.populationRequests[index] ?? 0;
  const errors = traffic.populationErrors[index] ?? 0;
  return `${counted(requests, 'request')}, ${counted(errors, 'error')}`;
}

/** @param {ReportModel} model @param {number} index */
function centreLines(model, index) {
  const { at } = choice;
  const { name, address } = /** @type {ReportModel['centres'][number]} */ (model.centres[index]);
  const traffic = trafficAt(model, at);
  const share = say(
    'map.share',
    traffic.total === 0 ? '–' : percent((traffic.requests[index] ?? 0) / traffic.total),
  );
  const votes = votesAt(model, name, at);
  const failing = votes.filter(({ ok }) => !ok).length;
  const faults = faultsOn(model, name, at).map(fault => `${fault.name} (${fault.fault})`);
  return [
    `${address} ${nameOf(healthAt(model, name, at) ?? '')}`,
    `${share}, ${counted(traffic.errors[index] ?? 0, 'error')}`,
    say('map.state', podsAt(model, name, at) ?? '–', failing, votes.length),
    ...(faults.length > 0 ? [`⚡ ${faults.join(', ')}`] : []),
  ];
}

/** @param {ReportModel} model */
function drawMap(model) {
  const { at } = choice;
  const places = placesOnMap(model);
  const height = Math.max(330, places.height);
  const traffic = trafficAt(model, at);
  const published = publishedAt(model, at);
  const links = model.centres.map(({ name }, index) => {
    const place = /** @type {{ y: number }} */ (places.centres[index]);
    const share = traffic.total === 0 ? 0 : (traffic.requests[index] ?? 0) / traffic.total;
    const failing = (traffic.errors[index] ?? 0) > 0;
    const y = place.y + MAP.box / 2;
    const down = healthAt(model, name, at) === 'ALERT';
    return svg(
      'g',
      {},
      line(
        MAP.clients,
        height / 2,
        620,
        y,
        failing ? 'link errors' : 'link',
        1 + share * 14,
        share === 0 ? 0 : 1,
      ),
      line(510, 52, 620, y - 18, down ? 'check down' : 'check', 1.5, 1),
      line(510, height - 40, 620, y + 22, 'hub', 1, 1),
    );
  });
  const clients = model.populations.map(({ name }, index) => `${name}: ${populationLine(traffic, index)}`);
  const gtm = published
    ? [setName(published.set), ...(published.list || say('nothing')).split(', ')]
    : [say('none')];
  const struck = (/** @type {string} */ target) =>
    faultsOn(model, target, at).map(({ name, fault }) => `⚡ ${name} (${fault})`);
  return svg(
    'svg',
    { viewBox: `0 0 ${MAP.width} ${height}`, role: 'img', 'aria-label': say('map', clock(at)) },
    ...links,
    line(MAP.clients, height / 2 - 20, 330, 52, 'check', 1.5, 1),
    box(4, 40, MAP.clients - 4, height - 80, say('clients'), clients, 'clients'),
    box(
      330,
      10,
      180,
      MAP.gtm,
      say('gtm'),
      [...gtm, ...struck('gtm')],
      struck('gtm').length > 0 ? 'struck' : '',
    ),
    box(330, height - 74, 180, 66, say('hub'), struck('hub'), struck('hub').length > 0 ? 'struck' : ''),
    ...places.cities.map(({ name, y, height: tall }) =>
      svg(
        'g',
        {},
        svg('rect', { x: 606, y, width: 290, height: tall, rx: 10, class: 'city' }),
        svg('text', { x: 618, y: y + 16, class: 'name' }, name),
      ),
    ),
    ...model.centres.map(({ name }, index) => {
      const place = /** @type {{ y: number }} */ (places.centres[index]);
      const kind =
        faultsOn(model, name, at).length > 0 ? 'struck' : healthAt(model, name, at) === 'ALERT' ? 'down' : '';
      return box(616, place.y, MAP.centre, MAP.box, name, centreLines(model, index), kind, index);
    }),
  );
}

/** Centres under one another, in the frames of their cities. @param {ReportModel} model */
function placesOnMap(model) {
  /** @type {Record<number, { y: number }>} */
  const centres = {};
  const cities = [];
  let y = 4;
  for (const city of model.cities) {
    const top = y;
    y += 22;
    for (const centre of city.centres) {
      centres[centre] = { y };
      y += MAP.box + 8;
    }
    cities.push({ name: city.name, y: top, height: y - top });
    y += MAP.gap;
  }
  return { centres, cities, height: y };
}

/** @param {number} x @param {number} y @param {number} toX @param {number} toY @param {string} kind @param {number} width @param {number} opacity */
function line(x, y, toX, toY, kind, width, opacity) {
  // Clients' requests do not go through the GTM: they turn once they are past it.
  const bend = kind.startsWith('link') ? 560 : (x + toX) / 2;
  return svg('path', {
    d: `M${x} ${y} C${bend} ${y} ${bend} ${toY} ${toX} ${toY}`,
    class: kind,
    'stroke-width': width.toFixed(1),
    opacity,
  });
}

/** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} name @param {readonly string[]} lines @param {string} kind @param {number} [colour] */
function box(x, y, width, height, name, lines, kind, colour) {
  const room = Math.floor((height - 24) / 14);
  const letters = Math.floor((width - 16) / 6);
  return svg(
    'g',
    { class: `box ${kind}` },
    svg('rect', { x, y, width, height, rx: 8 }),
    ...(colour === undefined
      ? []
      : [svg('rect', { x, y: y + 8, width: 5, height: height - 16, class: `c${colour % CENTRE_COLOURS}` })]),
    svg('text', { x: x + 12, y: y + 17, class: 'name' }, short(name, letters)),
    ...lines
      .slice(0, room)
      .map((text, index) => svg('text', { x: x + 12, y: y + 33 + index * 14 }, short(text, letters))),
  );
}

/** As much of a text as has room; Chinese letters are twice as wide. @param {string} text @param {number} letters */
function short(text, letters) {
  let used = 0;
  let kept = '';
  for (const letter of text) {
    used += letter >= '\u2e80' ? 2 : 1;
    if (used < letters) kept += letter;
  }
  return used <= letters ? text : `${kept}…`;
}
