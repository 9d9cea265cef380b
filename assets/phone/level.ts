/** How loud a stream is, ten times a second, 0 to 100: the meter of a microphone. */

const EVERY = 100;
const QUIETEST = -60; // dB

export function measureLevel(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    tell(levelOf(wave));
  }, EVERY);
  return () => {
    clearInterval(timer);
    void context.close();
    tell(0);
  };
}

/** Pure: the mean power in dB of full scale, from −60 dB (0) to full (100). */
export function levelOf(wave: Float32Array): number {
  let power = 0;
  for (const value of wave) power += value * value;
  const decibels = 10 * Math.log10(power / wave.length + 1e-12);
  return Math.round(Math.max(0, Math.min(100, 100 * (1 - decibels / QUIETEST))));
}
