/**
 * Calls back about every `intervalMs`, just before a frame is painted, and not at all while the tab is hidden. Between the
 * calls no frame is asked for: a page that asks for sixty frames a second keeps the computer warm, even if it draws in few.
 * @param {() => number} intervalMs asked each time
 * @param {(nowMs: number) => void} callback with the time of `performance.now()`
 * @returns {() => void} ends it
 */
export function onFrames(intervalMs, callback) {
  let timer = 0;
  let frame = 0;
  const wait = () => {
    timer = setTimeout(() => (frame = requestAnimationFrame(run)), intervalMs());
  };
  const run = nowMs => {
    wait();
    callback(nowMs);
  };
  wait();
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}
