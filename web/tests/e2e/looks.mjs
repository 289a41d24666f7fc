/** What a careful eye would find on a page: sideways scrolling, cut text, faint letters, nameless controls. */

/** Everything that is wrong with the page as it stands, in words. */
export const faultsOf = (page) => page.evaluate(inspect);

/** Runs in the page. */
function inspect() {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth + 1)
    faults.push(`wider than the window: ${root.scrollWidth} of ${window.innerWidth}`);
  if (document.querySelectorAll('h1').length !== 1)
    faults.push(`${document.querySelectorAll('h1').length} headings of the first level`);
  for (const one of document.querySelectorAll('[tabindex]'))
    if (one.tabIndex > 0) faults.push(`out of the order of focus: ${one.outerHTML.slice(0, 80)}`);

  const isShown = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (!isShown(one)) continue;
    const named =
      one.textContent.trim() !== '' ||
      one.ariaLabel ||
      one.getAttribute('aria-labelledby') ||
      one.labels?.length > 0;
    if (!named) faults.push(`nameless: ${one.outerHTML.slice(0, 120)}`);
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const { nodeValue, parentElement: one } = walker.currentNode;
    const text = nodeValue.trim();
    if (text === '' || seen.has(one) || !isShown(one)) continue;
    seen.add(one);
    const style = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    // For readers of the page only.
    if (width <= 1 || height <= 1) continue;
    if (isCut(walker.currentNode)) faults.push(`cut: “${text.slice(0, 40)}”`);
    if (one.closest('[disabled], [aria-disabled=true], [aria-hidden=true], svg')) continue;
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = contrast(one, style);
    if (ratio !== undefined && ratio < (large ? 3 : 4.5))
      faults.push(`faint, ${ratio.toFixed(2)}: “${text.slice(0, 40)}”`);
  }
  return faults;

  /** Whether a box around a text, however far out, hides a part of it. What scrolls is within reach. */
  function isCut(text) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const lines = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    const edges = { x: false, y: false };
    for (let box = text.parentElement; box && box !== document.body; box = box.parentElement) {
      const { display, overflowX, overflowY, position } = getComputedStyle(box);
      if (display === 'inline' || display === 'contents') continue;
      edges.x ||= /auto|scroll/.test(overflowX);
      edges.y ||= /auto|scroll/.test(overflowY);
      const { left, top } = box.getBoundingClientRect();
      const [x, y] = [left + box.clientLeft, top + box.clientTop];
      const hidesX = !edges.x && /hidden|clip/.test(overflowX);
      const hidesY = !edges.y && /hidden|clip/.test(overflowY);
      for (const line of lines) {
        if (hidesX && (line.left < x - 1 || line.right > x + box.clientWidth + 1)) return true;
        // A line's box is taller than its letters.
        const slack = line.height / 4;
        if (hidesY && (line.top < y - slack || line.bottom > y + box.clientHeight + slack)) return true;
      }
      if (position === 'fixed') break;
    }
    return false;
  }

  /** WCAG 2.2 §1.4.3; nothing is said over a picture. */
  function contrast(one, { color }) {
    let back = [0, 0, 0, 0];
    for (let at = one; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if (backgroundImage !== 'none') return undefined;
      back = over(back, rgba(backgroundColor));
      if (back[3] >= 0.999) break;
    }
    back = over(back, [255, 255, 255, 1]);
    const ink = over(rgba(color), back);
    const [light, dark] = [luminance(ink), luminance(back)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }
  function rgba(text) {
    const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return numbers.length > 3 ? numbers : [...numbers, 1];
  }
  function over([r, g, b, a], [r2, g2, b2, a2]) {
    const alpha = a + a2 * (1 - a);
    const mix = (top, below) => (alpha === 0 ? 0 : (top * a + below * a2 * (1 - a)) / alpha);
    return [mix(r, r2), mix(g, g2), mix(b, b2), alpha];
  }
  function luminance([r, g, b]) {
    const [red, green, blue] = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
}
