// What an eye would catch on the page as it stands: words that are cut off, that lie over each other, or stick out of it.
// Gives sentences, one a finding; none where all is well.
() => {
  const WIDE_OPEN = 1.5; // px that a letter may stick out or two boxes may share: rounding, descenders
  const found = new Set();
  const main = document.querySelector('[data-testid="stMain"]');
  const said = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 60);

  for (const [name, each] of [['document', document.documentElement], ['page', main]])
    if (each.scrollWidth > each.clientWidth + 1) found.add(`${name} scrolls sideways: ${each.scrollWidth} in ${each.clientWidth}`);

  // Text for screen readers alone is no text to see: one pixel, clipped, transparent, or in a canvas's fallback.
  const styles = new Map();
  const styleOf = (element) => styles.get(element) ?? (styles.set(element, getComputedStyle(element)), styles.get(element));
  const isUnseen = (element) => {
    for (let up = element; up && up !== document.body; up = up.parentElement) {
      const style = styleOf(up);
      if (style.visibility === 'hidden' || style.display === 'none' || +style.opacity === 0) return true;
      if (style.clipPath !== 'none' || style.clip !== 'auto' || up.tagName === 'CANVAS' || up.tagName === 'STYLE') return true;
      if (up.getAttribute('data-testid') === 'stIconMaterial' || up.offsetWidth === 1) return true;
    }
    return false;
  };

  // Where text may be seen: inside every ancestor that clips. One that scrolls shows the rest when asked.
  const clippedBy = (element, box) => {
    for (let up = element; up && up !== main; up = up.parentElement) {
      const { overflowX, overflowY, textOverflow } = styleOf(up);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const edge = up.getBoundingClientRect();
      const clips = (way) => way === 'hidden' || way === 'clip';
      const wide = clips(overflowX) && (box.right > edge.right + WIDE_OPEN || box.left < edge.left - WIDE_OPEN);
      const high = clips(overflowY) && (box.bottom > edge.bottom + WIDE_OPEN + 2 || box.top < edge.top - WIDE_OPEN - 2);
      if (wide || high) return `${up.tagName.toLowerCase()}.${up.getAttribute('class') ?? ''}${textOverflow === 'ellipsis' ? ' (…)' : ''}`;
      if (!clips(overflowX) || !clips(overflowY)) return null;
    }
    return null;
  };

  const pieces = [];
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim(), parent = node.parentElement;
    if (!text || parent.closest('svg') || isUnseen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const by = clippedBy(parent, box);
      if (by) found.add(`cut: "${said(text)}" by ${by.slice(0, 80)}`);
      pieces.push({ text, box, scrolled: parent.closest('.gh-scroll') });
    }
  }
  const across = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const down = (one, other) => Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  pieces.sort((one, other) => one.box.top - other.box.top);
  pieces.forEach((one, at) => {
    for (let next = at + 1; next < pieces.length && pieces[next].box.top < one.box.bottom; next++) {
      const other = pieces[next];
      if (other.scrolled !== one.scrolled) continue; // what has been scrolled away lies under its neighbours, unseen
      if (other.scrolled) continue;
      if (across(one.box, other.box) > 3 && down(one.box, other.box) > 5) found.add(`overlap: "${said(one.text)}" and "${said(other.text)}"`);
    }
  });

  // What cuts a chart off: itself, or whatever around it does not let it stick out.
  const clipping = (element) => (element === main || /hidden|clip/.test(styleOf(element).overflow) ? element : clipping(element.parentElement));

  // Charts: labels inside their drawing, none over another, none shortened.
  for (const svg of document.querySelectorAll('[data-testid="stVegaLiteChart"] svg')) {
    const edge = clipping(svg).getBoundingClientRect(), title = svg.closest('.stGridCell, [class*="st-key-card"]')?.querySelector('.gh-title')?.textContent ?? '';
    const seen = [];
    for (const each of svg.querySelectorAll('text')) {
      const text = each.textContent.trim();
      if (!text || +each.getAttribute('opacity') === 0 && each.hasAttribute('opacity') || isUnseen(each)) continue;
      const box = each.getBoundingClientRect();
      if (text.length > 1 && text.endsWith('…') && !text.includes(' … ')) found.add(`cut: "${text}" in the chart "${title}"`);
      const out = Math.round(Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top - 2, box.bottom - edge.bottom - 2));
      const turned = /rotate\((?!0)/.test(each.getAttribute('transform') ?? ''); // the corners of its box lie off its letters
      if (out > (turned ? 5 : 2)) found.add(`cut: "${text}" by ${out} px at the edge of the chart "${title}"`);
      if (!turned) seen.push({ text, box });
    }
    seen.forEach((one, at) => {
      for (const other of seen.slice(at + 1)) {
        const same = one.text === other.text && Math.abs(one.box.left - other.box.left) < 2 && Math.abs(one.box.top - other.box.top) < 2;
        if (!same && across(one.box, other.box) > 2 && down(one.box, other.box) > 5)
          found.add(`overlap: "${one.text}" and "${other.text}" in the chart "${title}"`);
      }
    });
  }
  return [...found];
}
