const NEAREST = 10;

/**
 * "Why did this request go there?": the requests nearest to the moment, and the chain behind the one that is picked.
 *
 * @param {ReportModel} model
 * @returns {View}
 */
function whyView(model) {
  const { requests, populations, outcomes } = model;
  const list = html('div');
  const answer = html('div', { class: 'answer', 'aria-live': 'polite' });
  const population = select(say('population'), [
    ['', say('allPopulations')],
    ...populations.map(({ name }, index) => /** @type {[string, string]} */ ([String(index), name])),
  ]);
  const outcome = select(say('outcome'), [
    ['', say('allOutcomes')],
    ['errors', say('onlyErrors')],
    ...outcomes.map((name, index) => /** @type {[string, string]} */ ([String(index), nameOf(name)])),
  ]);
  const matches = (/** @type {number} */ index) =>
    (population.value === '' || requests.population[index] === Number(population.value)) &&
    (outcome.value === '' ||
      (outcome.value === 'errors'
        ? requests.ok[index] === 0
        : requests.outcome[index] === Number(outcome.value)));
  const update = () => {
    const rows = nearest(requests.sent, choice.at, matches).map(index => [
      clock(requests.sent[index] ?? 0),
      populations[requests.population[index] ?? 0]?.name ?? '',
      nameOf(outcomes[requests.outcome[index] ?? 0] ?? ''),
      centreName(model, requests.centre[index] ?? -1),
      button(say('explain'), () => answer.replaceChildren(chain(model, index)), {
        'aria-label': say(
          'explainFull',
          populations[requests.population[index] ?? 0]?.name ?? '',
          clock(requests.sent[index] ?? 0),
        ),
      }),
    ]);
    const header = [say('sent'), say('population'), say('outcome'), say('wentTo'), say('explain')];
    list.replaceChildren(
      rows.length === 0 ? html('p', {}, say('noRequests')) : table(say('why'), header, rows),
    );
  };
  population.addEventListener('change', update);
  outcome.addEventListener('change', update);
  const help = html('p', { class: 'help' }, say('whyHelp', requests.sent.length, requests.total));
  return { element: html('div', {}, help, html('p', {}, population, ' ', outcome), list, answer), update };
}

/** @param {string} label @param {readonly [string, string][]} options */
function select(label, options) {
  return html(
    'select',
    { 'aria-label': label },
    ...options.map(([value, text]) => html('option', { value }, text)),
  );
}

/** Indices of the nearest matches, in order of time. @param {readonly number[]} sent @param {number} at @param {(index: number) => boolean} matches */
function nearest(sent, at, matches) {
  const order = sent
    .map((_, index) => index)
    .filter(matches)
    .map(index => ({ index, away: Math.abs((sent[index] ?? 0) - at) }))
    .sort((one, other) => one.away - other.away)
    .slice(0, NEAREST);
  return order.map(({ index }) => index).sort((one, other) => (sent[one] ?? 0) - (sent[other] ?? 0));
}

/** From the client back to the health checks, and on to the centre. @param {ReportModel} model @param {number} index */
function chain(model, index) {
  const { requests, answers } = model;
  const column = (/** @type {readonly number[]} */ values) => values[index] ?? 0;
  const sent = column(requests.sent);
  const position = answers.id.indexOf(column(requests.answer));
  const answered = position < 0 ? undefined : (answers.at[position] ?? 0);
  return html(
    'ol',
    { class: 'chain' },
    ...clientSteps(model, index),
    ...(answered === undefined
      ? [html('li', {}, say('why.noAnswer'))]
      : [resolverStep(model, index, position), gtmStep(model, answered, sent)]),
    ...(answered === undefined ? [] : healthSteps(model, answered)),
    centreStep(model, index, sent),
  );
}

/** @param {ReportModel} model @param {number} index */
function clientSteps(model, index) {
  const { requests, populations, outcomes } = model;
  const column = (/** @type {readonly number[]} */ values) => values[index] ?? 0;
  const population = populations[column(requests.population)];
  const [sent, looked, connected] = [
    column(requests.sent),
    column(requests.looked),
    column(requests.connected),
  ];
  const first = say(
    'why.client',
    column(requests.client),
    population?.name ?? '',
    clock(sent),
    nameOf(outcomes[column(requests.outcome)] ?? ''),
    span(column(requests.took)),
    column(requests.line),
  );
  const how =
    connected > 0
      ? say('why.reused', clock(sent - connected), span(connected))
      : looked > 1000 && population?.habits.cache !== 0
        ? say('why.cached', clock(sent - looked), span(looked), kept(population?.habits.cache ?? 0))
        : say('why.looked', clock(sent - looked));
  return [html('li', {}, first), html('li', {}, how)];
}

/** @param {number} ms */
function kept(ms) {
  return ms < 0 ? say('forever') : span(ms);
}

/** @param {ReportModel} model @param {number} index @param {number} position */
function resolverStep(model, index, position) {
  const { requests, answers, populations } = model;
  const habits = populations[requests.population[index] ?? 0]?.habits;
  const at = answers.at[position] ?? 0;
  const ttl = (answers.ttl[position] ?? 0) * 1000;
  const age = Math.max(0, (requests.sent[index] ?? 0) - (requests.looked[index] ?? 0) - at);
  const failure = answers.failure[position] ?? '';
  const text = say(
    'why.resolver',
    answers.resolver[position] ?? '',
    clock(at),
    listName(model, answers.list[position] ?? -1),
    span(ttl),
    span(age),
  );
  const habit =
    habits?.minTtl && age <= habits.minTtl
      ? say('why.clamps', span(habits.minTtl))
      : habits?.serveStale
        ? say('why.serves', span(habits.serveStale))
        : say('why.keeps');
  const more =
    failure !== '' ? say('why.failure', nameOf(failure)) : age > ttl ? say('why.stale', habit) : '';
  return html('li', {}, text, ' ', more);
}

/** @param {ReportModel} model @param {number} answered @param {number} sent */
function gtmStep(model, answered, sent) {
  const then = publishedAt(model, answered);
  const now = publishedAt(model, sent);
  if (then === undefined) return html('li', {}, say('why.unpublished'));
  const text = say('why.published', setName(then.set), then.list || say('nothing'), clock(then.since));
  const news =
    now !== undefined && now.list !== then.list
      ? say('why.since', now.list || say('nothing'), clock(now.since))
      : '';
  return html('li', {}, text, ' ', news);
}

/** The votes of the vantage points at the time of the answer, a line a centre. @param {ReportModel} model @param {number} at */
function healthSteps(model, at) {
  return model.centres.map(({ name }) => {
    const votes = votesAt(model, name, at);
    const failing = votes.filter(({ ok }) => !ok).length;
    const count = votes.length === 0 ? say('why.noVotes') : say('why.votes', failing, votes.length);
    const each = votes.map(({ vantage, since, result }) =>
      html('li', {}, say('why.vote', vantage, nameOf(result), clock(since))),
    );
    const text = say('why.health', name, nameOf(healthAt(model, name, at) ?? '–'), count);
    return html(
      'li',
      {},
      text,
      ...(each.length === 0 ? [] : [details(say('evidence'), () => html('ul', {}, ...each))]),
    );
  });
}

/** @param {ReportModel} model @param {number} index @param {number} sent */
function centreStep(model, index, sent) {
  const centre = model.centres[model.requests.centre[index] ?? -1];
  if (centre === undefined) return html('li', {}, say('why.elsewhere'));
  const faults = faultsOn(model, centre.name, sent).map(({ name, fault }) => `${name} (${fault})`);
  const names = faults.length === 0 ? say('none') : faults.join(', ');
  return html('li', {}, say('why.centre', centre.name, podsAt(model, centre.name, sent) ?? '–', names));
}
