/** Where things stand on the map from left to right, and how large they are. */
const MAP = {
  width: 900,
  clients: 262,
  middle: 330,
  middleWidth: 180,
  gtm: 100,
  cities: 606,
  centres: 616,
  centre: 270,
  box: 84,
  gap: 12,
};

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
  const { name, address } = centreOf(model, index);
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

/** Clients on the left, GTM above the hub in the middle, cities with their centres on the right. @param {ReportModel} model */
function drawMap(model) {
  const { at } = choice;
  const places = placesOnMap(model);
  const height = Math.max(330, places.height);
  const traffic = trafficAt(model, at);
  const clients = model.populations.map(({ name }, index) => `${name}: ${populationLine(traffic, index)}`);
  return svg(
    'svg',
    { viewBox: `0 0 ${MAP.width} ${height}`, role: 'img', 'aria-label': say('map', clock(at)) },
    ...model.centres.map((_, index) => linksOf(model, index, yOf(places, index), height)),
    line(MAP.clients, height / 2 - 20, MAP.middle, 52, 'check', 1.5, 1),
    box(4, 40, MAP.clients - 4, height - 80, say('clients'), clients, 'clients'),
    middleBox(model, 'gtm', 10, MAP.gtm, answerLines(publishedAt(model, at))),
    middleBox(model, 'hub', height - 74, 66, []),
    ...places.cities.map(({ name, y, height: tall }) =>
      svg(
        'g',
        {},
        svg('rect', { x: MAP.cities, y, width: 290, height: tall, rx: 10, class: 'city' }),
        svg('text', { x: MAP.cities + 12, y: y + 16, class: 'name' }, name),
      ),
    ),
    ...model.centres.map((_, index) => centreBox(model, index, yOf(places, index))),
  );
}

/** What leads to a centre: the clients' requests, the GTM's checks, the hub's deliveries. @param {ReportModel} model @param {number} index @param {number} top @param {number} height */
function linksOf(model, index, top, height) {
  const { at } = choice;
  const { name } = centreOf(model, index);
  const traffic = trafficAt(model, at);
  const share = traffic.total === 0 ? 0 : (traffic.requests[index] ?? 0) / traffic.total;
  const requests = (traffic.errors[index] ?? 0) > 0 ? 'link errors' : 'link';
  const check = healthAt(model, name, at) === 'ALERT' ? 'check down' : 'check';
  const [from, to, y] = [MAP.middle + MAP.middleWidth, MAP.centres + 4, top + MAP.box / 2];
  return svg(
    'g',
    {},
    line(MAP.clients, height / 2, to, y, requests, 1 + share * 14, share === 0 ? 0 : 1),
    line(from, 52, to, y - 18, check, 1.5, 1),
    line(from, height - 40, to, y + 22, 'hub', 1, 1),
  );
}

/** @param {ReturnType<typeof publishedAt>} published */
function answerLines(published) {
  return published
    ? [setName(published.set), ...(published.list || say('nothing')).split(', ')]
    : [say('none')];
}

/** The GTM or the hub, and what strikes it. @param {ReportModel} model @param {'gtm' | 'hub'} place @param {number} y @param {number} height @param {readonly string[]} lines */
function middleBox(model, place, y, height, lines) {
  const struck = faultLines(model, place);
  const kind = struck.length > 0 ? 'struck' : '';
  return box(MAP.middle, y, MAP.middleWidth, height, say(place), [...lines, ...struck], kind);
}

/** @param {ReportModel} model @param {number} index @param {number} y */
function centreBox(model, index, y) {
  const { name } = centreOf(model, index);
  const isDown = healthAt(model, name, choice.at) === 'ALERT';
  const kind = faultLines(model, name).length > 0 ? 'struck' : isDown ? 'down' : '';
  return box(MAP.centres, y, MAP.centre, MAP.box, name, centreLines(model, index), kind, index);
}

/** @param {ReportModel} model @param {string} target */
function faultLines(model, target) {
  return faultsOn(model, target, choice.at).map(({ name, fault }) => `⚡ ${name} (${fault})`);
}

/** @param {ReportModel} model @param {number} index */
function centreOf(model, index) {
  return /** @type {ReportModel['centres'][number]} */ (model.centres[index]);
}

/** @param {ReturnType<typeof placesOnMap>} places @param {number} index */
function yOf({ centres }, index) {
  return /** @type {{ y: number }} */ (centres[index]).y;
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
