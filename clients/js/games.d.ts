// Made by manage.py generate_catalogue from the code; changes here are lost.

/** Run, hide and shoot. Who fells most others has won; walls hide you from them, and them from you. */
export declare namespace Arena {
  /** Where a fighter runs and aims from now on, and whether it shoots. */
  interface Steer {
    dx: number;
    dy: number;
    aim: number;
    fire?: boolean;
  }

  /** The part of the arena that a seat sees. Fighters and frags are by seat, pickups as on the map. */
  interface View {
    map: string;
    ticks_left: number;
    fighters: Record<string, Fighter>;
    pickups: Array<boolean>;
    shots: Array<Shot>;
    frags: Record<string, number>;
    falls: Array<Fall>;
    turn: number | null;
    you: You | null;
  }

  /** A fighter in sight: its centre, the direction of its aim, and what health is left. */
  interface Fighter {
    x: number;
    y: number;
    aim: number;
    health: number;
    safe: boolean;
    power: boolean;
  }

  /** A shot of this tick, from `x`, `y` to where it ended, and the seat of who was hit. */
  interface Shot {
    seat: number;
    x: number;
    y: number;
    to_x: number;
    to_y: number;
    hit: number | null;
  }

  /** A fighter who was felled; `number` counts the falls of the match. */
  interface Fall {
    number: number;
    by: number;
    seat: number;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** Fleets are placed in secret, then players fire in turn. */
export declare namespace Battleship {
  interface Place {
    ships: Array<Ship>;
  }

  /** A ship, given by its upper left cell; it extends down if vertical, otherwise to the right. */
  interface Ship {
    name: "battleship" | "carrier" | "cruiser" | "destroyer" | "submarine";
    row: number;
    col: number;
    vertical: boolean;
  }

  interface Fire {
    row: number;
    col: number;
  }

  /** The own water (`board`), the known part of the enemy's (`target`), and which ships are afloat. */
  interface View {
    phase: "firing" | "over" | "placing";
    placed: Array<boolean>;
    board: Array<Array<"hit" | "miss" | "ship" | "sunk" | null>>;
    target: Array<Array<"hit" | "miss" | "ship" | "sunk" | null>>;
    fleet: Record<string, boolean>;
    enemy: Record<string, boolean>;
    last_shot: LastShot | null;
    turn: number | null;
    you: You | null;
  }

  /** The last shot: whose it was, where it fell, and what became of it. */
  interface LastShot {
    side: string;
    row: number;
    col: number;
    result: "hit" | "miss" | "ship" | "sunk" | null;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** Checkmate the king. */
export declare namespace Chess {
  interface Go {
    uci: string;
  }

  /** The board from White's side, the moves in PGN's notation, and the pieces that each seat has lost. */
  interface View {
    board: Array<Array<"B" | "K" | "N" | "P" | "Q" | "R" | "b" | "k" | "n" | "p" | "q" | "r" | null>>;
    fen: string;
    moves: Array<string>;
    last: string | null;
    taken: Array<string>;
    check: boolean;
    ending: "checkmate" | "fifty_moves" | "insufficient_material" | "repetition" | "stalemate" | null;
    turn: number | null;
    you: You | null;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** The state stores the last disc: only that one can complete a line. */
export declare namespace ConnectFour {
  interface Drop {
    column: number;
  }

  /** The rows from the top, and the cell of the last disc, counted along the rows. */
  interface View {
    board: Array<Array<"R" | "Y" | null>>;
    last: number | null;
    turn: number | null;
    you: You | null;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** Capture all enemy pieces, or leave them no move. */
export declare namespace Draughts {
  interface Go {
    start: number;
    to: number;
  }

  /** The board, the squares that the last piece visited, and the pieces lost by each seat. */
  interface View {
    board: Array<Array<"B" | "W" | "b" | "w" | null>>;
    last: Array<number>;
    taken: Array<number>;
    turn: number | null;
    you: You | null;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** Take no points; the fewest win. */
export declare namespace Hearts {
  interface Give {
    cards: Array<"2C" | "2D" | "2H" | "2S" | "3C" | "3D" | "3H" | "3S" | "4C" | "4D" | "4H" | "4S" | "5C" | "5D" | "5H" | "5S" | "6C" | "6D" | "6H" | "6S" | "7C" | "7D" | "7H" | "7S" | "8C" | "8D" | "8H" | "8S" | "9C" | "9D" | "9H" | "9S" | "AC" | "AD" | "AH" | "AS" | "JC" | "JD" | "JH" | "JS" | "KC" | "KD" | "KH" | "KS" | "QC" | "QD" | "QH" | "QS" | "TC" | "TD" | "TH" | "TS">;
  }

  interface Play {
    card: "2C" | "2D" | "2H" | "2S" | "3C" | "3D" | "3H" | "3S" | "4C" | "4D" | "4H" | "4S" | "5C" | "5D" | "5H" | "5S" | "6C" | "6D" | "6H" | "6S" | "7C" | "7D" | "7H" | "7S" | "8C" | "8D" | "8H" | "8S" | "9C" | "9D" | "9H" | "9S" | "AC" | "AD" | "AH" | "AS" | "JC" | "JD" | "JH" | "JS" | "KC" | "KD" | "KH" | "KS" | "QC" | "QD" | "QH" | "QS" | "TC" | "TD" | "TH" | "TS";
  }

  /** The table, and a player's own hand; lists by seat, but for the cards. `given` and `received` are the cards that the player passed on and was passed, `laid` those of the round so far, and `voids` the suits that each player is known not to have. */
  interface View {
    phase: "over" | "passing" | "playing";
    round: number;
    direction: "across" | "hold" | "left" | "right";
    hand: Array<string>;
    given: Array<string> | null;
    received: Array<string>;
    passed: Array<boolean>;
    cards: Array<number>;
    playable: Array<string>;
    trick: Array<[number, string]>;
    leader: number | null;
    last_trick: Trick | null;
    broken: boolean;
    points: Array<number>;
    laid: Array<string>;
    tricks: Array<number>;
    voids: Array<Array<string>>;
    scores: Record<string, number>;
    target: number;
    turn: number | null;
    you: You | null;
  }

  /** A trick that was taken: the cards in order, each with the seat that laid it, and who won it. */
  interface Trick {
    cards: Array<[number, string]>;
    winner: number;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** Positions are the centres of paddles and ball; x grows to the right, y downwards. */
export declare namespace Pong {
  /** The direction of a paddle from now on: up, none or down. */
  interface Steer {
    direction: -1 | 0 | 1;
  }

  /** All that is to be seen: the whole game. */
  interface View {
    ball: Ball;
    paddles: Paddles;
    scores: Scores;
    target: number;
    width?: number;
    height?: number;
    paddle_width?: number;
    paddle_height?: number;
    ball_radius?: number;
    turn: number | null;
    you: You | null;
  }

  /** The ball's middle, and its speed. */
  interface Ball {
    x: number;
    y: number;
    vx: number;
    vy: number;
  }

  /** The heights of the paddles' middles. */
  interface Paddles {
    left: number;
    right: number;
  }

  /** The points of each side. */
  interface Scores {
    left: number;
    right: number;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** Tic-tac-toe */
export declare namespace TicTacToe {
  interface Place {
    cell: number;
  }

  interface View {
    board: Array<Array<"O" | "X" | null>>;
    turn: number | null;
    you: You | null;
  }

  /** The viewer's own seat. */
  interface You {
    user_id: number;
    side: string;
  }
}

/** The parts of each of the games, by its name. */
export interface Games {
  arena: { movement: Arena.Steer; view: Arena.View };
  battleship: { movement: Battleship.Place | Battleship.Fire; view: Battleship.View };
  chess: { movement: Chess.Go; view: Chess.View };
  connect_four: { movement: ConnectFour.Drop; view: ConnectFour.View };
  draughts: { movement: Draughts.Go; view: Draughts.View };
  hearts: { movement: Hearts.Give | Hearts.Play; view: Hearts.View };
  pong: { movement: Pong.Steer; view: Pong.View };
  tictactoe: { movement: TicTacToe.Place; view: TicTacToe.View };
}
