/** Short sounds, made of sine waves and noise, behind one switch. */
import { kept } from "./kept.js";
import { Store } from "./store.js";

/**
 * A falling or rising sine wave: pitches in Hz, times in seconds.
 *
 * @typedef {{at?: number, from: number, to?: number, for: number, volume: number}} Tone
 */

/** @type {Record<string, {tones: Tone[], noise?: {for: number, volume: number}}>} */
const SOUNDS = {
  move: { tones: [{ from: 300, to: 170, for: 0.07, volume: 0.22 }], noise: { for: 0.03, volume: 0.1 } },
  capture: { tones: [{ from: 210, to: 90, for: 0.11, volume: 0.3 }], noise: { for: 0.07, volume: 0.2 } },
  low: {
    tones: [
      { from: 880, for: 0.06, volume: 0.12 },
      { at: 0.14, from: 880, for: 0.06, volume: 0.12 },
    ],
  },
  message: {
    tones: [
      { from: 620, for: 0.08, volume: 0.12 },
      { at: 0.08, from: 830, for: 0.12, volume: 0.12 },
    ],
  },
  win: {
    tones: [523, 659, 784, 1047].map((from, index) => ({ at: index * 0.09, from, for: 0.16, volume: 0.14 })),
  },
};

/** Whether sounds are to be heard. */
export const sound = new Store(kept.sound !== "off");

/** @type {AudioContext | null} */
let context = null;

/** @param {boolean} on */
export function setSound(on) {
  if (on) delete kept.sound;
  else kept.sound = "off";
  sound.set(on);
  if (on) play("move");
}

/**
 * @param {AudioContext} audio
 * @param {Tone} tone
 */
function sing(audio, { at = 0, from, to = from, for: seconds, volume }) {
  const start = audio.currentTime + at;
  const wave = audio.createOscillator();
  wave.frequency.setValueAtTime(from, start);
  wave.frequency.exponentialRampToValueAtTime(to, start + seconds);
  wave.connect(fading(audio, start, seconds, volume));
  wave.start(start);
  wave.stop(start + seconds);
}

/**
 * @param {AudioContext} audio
 * @param {number} seconds
 * @param {number} volume
 */
function hiss(audio, seconds, volume) {
  const buffer = audio.createBuffer(1, Math.ceil(audio.sampleRate * seconds), audio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < samples.length; index++) samples[index] = Math.random() * 2 - 1;
  const noise = audio.createBufferSource();
  noise.buffer = buffer;
  noise.connect(fading(audio, audio.currentTime, seconds, volume));
  noise.start();
}

/**
 * A volume that falls to nothing, so that no sound ends with a click.
 *
 * @param {AudioContext} audio
 * @param {number} start
 * @param {number} seconds
 * @param {number} volume
 */
function fading(audio, start, seconds, volume) {
  const gain = audio.createGain();
  gain.gain.setValueAtTime(volume, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
  gain.connect(audio.destination);
  return gain;
}

/**
 * Plays one of the sounds, if they are switched on and somebody has touched the page, without which browsers are silent.
 *
 * @param {"move" | "capture" | "low" | "message" | "win"} name
 */
export function play(name) {
  if (!sound.value || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  const { tones, noise } = SOUNDS[name];
  for (const tone of tones) sing(context, tone);
  if (noise) hiss(context, noise.for, noise.volume);
}
