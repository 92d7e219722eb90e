"use strict";
// Constant for a release. Of one district: its journeys, and how soon other services begin.
const Beyond = (() => {
  const { data, say } = Page;
  const { tell, number, marked, km, duration } = Words;
  const { trips = [], links = [], services = [] } = data;
  const own = data.districts.region;

  // One number stands for all districts where they are alike.
  const of = (values, row) => (Array.isArray(values) ? values[row] : values);
  const percent = (share) => tell("percent", { n: number(100 * share) });
  const between = (write, ...ends) => {
    const [low, high] = ends.map((end) => write(end));
    return low === high ? low : tell("span", { low, high });
  };

  function journey(trip, row) {
    const far = of(trip.km, row), name = say(trip.name);
    const beside = trip.beside.filter(([at]) => at === row).map(([, link, n, road]) => {
      const [text, low, high] = links[link];
      return tell("trip_link", { link: say(text), n: number(n), time: between(duration, n * low, n * high), km: km(road) });
    });
    const nights = (trip.nights ?? []).map((ends) => of(ends, row)).filter((end) => end !== null);
    const bus = nights.length ? [`${name}. ${tell("nights")}: ${between(number, ...nights)}`] : [];
    if (far !== null) return [tell("trip", { journey: name, km: km(far), time: duration(of(trip.min, row)) }), ...bus];
    return [`${name}: ${tell("trip_none")}`, ...beside];
  }

  function service(each, row) {
    if (each.unknown !== undefined) return `${say(each.kind)}. ${say(each.plan)}: ${say(each.unknown)}`;
    const shares = each.minutes.map((minutes, window) => tell("within", {
      share: between(percent, of(each.low[window], row), of((each.high ?? each.low)[window], row)), time: duration(minutes),
    }));
    const wait = of(each.wait, row);
    return tell("service", {
      kinds: say(each.kind), plan: marked(say(each.plan), each.assumed), shares: shares.join(", "),
      wait: wait === null ? tell("never") : duration(wait), without: percent(of(each.without, row)),
    });
  }

  const lines = (row) => [...trips.flatMap((trip) => journey(trip, row)), ...services.map((each) => service(each, row))];
  // Whether a house of the plan stands in the district's own region.
  const near = ({ open }, row) => tell(open.some((site) => own[data.sites.district[site]] === own[row]) ? "yes" : "no");
  return { lines, near };
})();
