/** The connection to one other participant, by WebRTC's perfect negotiation: either side may offer, one gives way. */

/** @import { Notifications } from "../../client/messages.d.ts" */

export class Peer {
  #connection;
  #send;
  #gives;
  #offering = false;
  #ignores = false;
  #sends = false;
  /** @type {MediaStreamTrack | null} */
  #track;

  /**
   * `send(signal)` sends the other one a signal; `track` is the microphone's, if there is one; of two that offer at once
   * the one that `gives` way drops its offer.
   *
   * @param {{servers: RTCIceServer[], relayOnly: boolean, track: MediaStreamTrack | null, gives: boolean,
   *   send: (signal: object) => void, onStream: (stream: MediaStream) => void}} options
   */
  constructor({ servers, relayOnly, track, gives, send, onStream }) {
    this.#send = send;
    this.#gives = gives;
    this.#track = track;
    this.#connection = new RTCPeerConnection({
      iceServers: servers,
      iceTransportPolicy: relayOnly ? "relay" : "all",
    });
    const connection = this.#connection;
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => candidate && send({ candidate: candidate.toJSON() });
    connection.oniceconnectionstatechange = () => connection.iceConnectionState === "failed" && connection.restartIce();
    connection.ontrack = ({ track: heard, streams }) => onStream(streams[0] ?? new MediaStream([heard]));
  }

  /** Sends the microphone, which makes an offer; or only listens, where there is none. */
  start() {
    if (this.#sends) return;
    this.#sends = true;
    if (this.#track) this.#connection.addTrack(this.#track, new MediaStream([this.#track]));
    else if (!this.#connection.remoteDescription) this.#connection.addTransceiver("audio", { direction: "recvonly" });
  }

  async #offer() {
    this.#offering = true;
    try {
      await this.#connection.setLocalDescription();
      this.#describe();
    } finally {
      this.#offering = false;
    }
  }

  #describe() {
    const { localDescription } = this.#connection;
    if (localDescription) this.#send({ description: { type: localDescription.type, sdp: localDescription.sdp } });
  }

  /**
   * Takes a signal of the other one.
   *
   * @param {Pick<Notifications.Heard["voice_signal"], "description" | "candidate">} signal
   */
  async take({ description, candidate }) {
    const connection = this.#connection;
    if (description) {
      const collides = description.type === "offer" && (this.#offering || connection.signalingState !== "stable");
      this.#ignores = collides && !this.#gives;
      if (this.#ignores) return;
      await connection.setRemoteDescription(description);
      if (description.type !== "offer") return;
      this.start();
      await connection.setLocalDescription();
      this.#describe();
    } else if (candidate) {
      try {
        await connection.addIceCandidate(candidate);
      } catch (problem) {
        // Candidates of an offer that was ignored are of no use.
        if (!this.#ignores) throw problem;
      }
    }
  }

  close() {
    this.#connection.close();
  }
}
