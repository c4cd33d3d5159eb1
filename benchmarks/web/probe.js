// Watches a page, frame by frame, until everything on it is drawn and stays as it is; tells when that was.
// window.bench.arm() before a click: the clock starts with the click, and what was there before does not count.
(() => {
  const QUIET = 500;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const small = Object.assign(document.createElement("canvas"), { width: 48, height: 32 });
  const pixels = (canvas) => {
    if (!canvas?.width || !canvas.height) return 0;
    const pen = small.getContext("2d", { willReadFrequently: true });
    pen.clearRect(0, 0, 48, 32);
    pen.drawImage(canvas, 0, 0, 48, 32);
    const seen = new Uint32Array(pen.getImageData(0, 0, 48, 32).data.buffer);
    return new Set(seen).size > 2 ? seen.reduce((sum, each) => (sum * 31 + each) | 0, 7) || 1 : 0;
  };
  const rests = () =>
    document.querySelector('.stApp')?.dataset.testScriptState === "notRunning" &&
    !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
  // Each answers what stands there: `drawn`, and all that the figures say; null while the page is still at work, which is not
  // to be slowed down by looking at it.
  const pages = {
    ours: () => {
      if (!rests()) return null;
      const figures = all(".gh-figure").map((each) => each.textContent);
      const charts = all('[data-testid="stVegaLiteChart"]');
      const marks = charts.map((chart) => chart.querySelectorAll("svg .mark-group path, svg .mark-group rect").length);
      const drawings = charts.map((chart) => chart.querySelector("svg")?.outerHTML);
      const cells = all(".gh-table td").map((each) => each.textContent);
      const whole = figures.length >= window.benchExpects.figures && charts.length >= window.benchExpects.charts;
      return { drawn: whole && marks.every(Boolean), said: [figures, drawings, cells].join("|") };
    },
    empty: () => {
      const words = all('[data-testid="stMarkdownContainer"] p').map((each) => each.textContent);
      return { drawn: rests() && words.some((each) => each.startsWith("hello")), said: words.join("|") };
    },
    superset: () => {
      const charts = all('[data-test="chart-container"]');
      const waits = document.querySelector('.loading, [data-test="loading-indicator"]') || window.benchAsked > 0;
      if (charts.length < 6 || waits) return null;
      const figures = all(".header-line").map((each) => each.textContent);
      const rows = all('[data-test="chart-container"] table tbody tr').map((each) => each.textContent);
      const drawings = all('[data-test="chart-container"] canvas').map(pixels);
      const whole = figures.length >= 2 && rows.length > 0 && drawings.length >= 3 && drawings.every(Boolean);
      return { drawn: whole, said: [figures, rows, drawings].join("|") };
    },
  };
  window.benchAsked = 0;
  const fetched = window.fetch;
  window.fetch = (...asked) => {
    const answer = fetched(...asked);
    if (String(asked[0]?.url ?? asked[0]).includes("/chart/data")) {
      window.benchAsked++;
      answer.finally(() => setTimeout(() => window.benchAsked--, 0));
    }
    return answer;
  };
  const bench = { from: 0, ready: null, said: null, before: null, waiting: false, took: null };
  bench.arm = () => Object.assign(bench, { waiting: true, ready: null, took: null, before: bench.said });
  document.addEventListener(
    "click",
    () => bench.waiting && Object.assign(bench, { waiting: false, from: performance.now(), ready: null }),
    true,
  );
  const look = () => {
    requestAnimationFrame(look);
    if (bench.waiting || bench.took !== null || !document.body) return;
    const found = pages[window.benchKind]();
    const now = performance.now();
    if (!found?.drawn || found.said === bench.before) bench.ready = null;
    else if (bench.ready === null || found.said !== bench.said) bench.ready = now;
    bench.said = found?.said ?? bench.said;
    if (bench.ready !== null && now - bench.ready > QUIET) bench.took = bench.ready - bench.from;
  };
  window.bench = bench;
  requestAnimationFrame(look);
})();
