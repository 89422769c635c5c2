// Made by manage.py generate_catalogue from the code; changes here are lost.

/** The address to which a mail is to go. */
export interface AccountsAddressRequest {
  email: string;
}

/** The sign beside a user's name. */
export interface AccountsAvatar {
  hue: number;
  shape: number;
}

/** The sign beside a user's name. */
export interface AccountsAvatarRequestRequest {
  hue: number;
  shape: number;
}

/** The user that comes with tokens. */
export interface AccountsBriefUser {
  id: number;
  username: string;
  email: string;
  is_premium: boolean;
  is_guest: boolean;
}

/** The consent of a user. */
export interface AccountsConsent {
  terms_version: string | null;
  accepted_terms: string | null;
  terms_due: boolean;
  birth_date: string | null;
  is_adult: boolean;
  marketing: boolean;
}

/** A device that is signed in. */
export interface AccountsDeviceSession {
  id: number;
  created_at: string;
  last_seen: string;
  name: string;
  user_agent: string;
  ip: string | null;
  current: boolean;
}

/** A device's own id, which must be random, and kept by the device alone. */
export interface AccountsDeviceSignInRequestRequest {
  device_id: string;
  create?: boolean;
  username?: string | null;
}

/** Another address, and the password. */
export interface AccountsEmailChangeRequest {
  email: string;
  password?: string;
}

/** A code of the authenticator app or a recovery code. */
export interface AccountsFactorCodeRequestRequest {
  code: string;
}

/** A code of the second factor, or the password of an account that has none. */
export interface AccountsFreshProofRequestRequest {
  password?: string;
  code?: string;
}

/** A new guest account; the name is optional. */
export interface AccountsGuestRequest {
  username?: string;
}

/** A username or e-mail (in either field) and a password. */
export interface AccountsLoginRequest {
  username?: string;
  email?: string;
  password: string;
}

/** The refresh token is accepted but not needed. */
export interface AccountsLogoutRequest {
  refresh?: string | null;
}

/** A challenge, and a code of the authenticator app or a recovery code. */
export interface AccountsMfaAnswerRequestRequest {
  challenge: string;
  code: string;
}

/** The sign of a user. */
export interface AccountsNamedAvatar {
  hue: number;
  shape: number;
  username: string;
}

/** Changes of the consent; fields that are left out stay as they are. */
export interface AccountsNewConsentRequestRequest {
  terms_version?: string | null;
  birth_date?: string | null;
  marketing?: boolean | null;
}

/** A way in to add: a `device_id`, a `password`, or a provider's proof. */
export interface AccountsNewLinkRequestRequest {
  id_token?: string | null;
  nonce?: string | null;
  code?: string | null;
  redirect_uri?: string;
  code_verifier?: string;
  device_id?: string | null;
  password?: string | null;
}

/** The secret for an authenticator app, which counts once a first code is confirmed. */
export interface AccountsNewTotp {
  secret: string;
  otpauth_url: string;
  qr: string;
}

/** Another account of the same person, into which the person has just signed in. */
export interface AccountsOtherAccountRequestRequest {
  access: string;
}

/** All that a user is shown of the own account. */
export interface AccountsOwnProfile {
  id: number;
  username: string;
  email: string;
  is_premium: boolean;
  is_guest: boolean;
  email_verified: boolean;
  pending_email: string | null;
  mfa: boolean;
  date_joined: string;
  last_login: string | null;
  avatar: AccountsAvatar | null;
  language: string | null;
}

/** A passkey of the caller. */
export interface AccountsPasskeyRow {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
}

/** The current and the new password. */
export interface AccountsPasswordChangeRequest {
  old_password: string;
  new_password: string;
}

/** The key from a mail, and the new password. */
export interface AccountsPasswordResetRequest {
  key: string;
  password: string;
}

/** A provider by which users can sign in. */
export interface AccountsProvider {
  id: string;
  name: string;
  client_id: string;
  authorize_url: string;
  scope: string;
  response_mode: string;
}

/** A provider's `id_token` with its `nonce`; or a `code` with what it was asked for with. */
export interface AccountsProviderProofRequestRequest {
  id_token?: string | null;
  nonce?: string | null;
  code?: string | null;
  redirect_uri?: string;
  code_verifier?: string;
}

/** A user as shown to anybody. */
export interface AccountsPublicProfile {
  id: number;
  username: string;
  is_premium: boolean;
  level: number;
  rating: number | null;
  online: boolean;
}

/** Codes that each replace the authenticator app once. They are shown only here. */
export interface AccountsRecoveryCodes {
  recovery_codes: Array<string>;
}

/** A refresh token. */
export interface AccountsRefreshRequest {
  refresh: string;
}

/** A new account, or the upgrade of a guest. */
export interface AccountsRegistrationRequest {
  username?: string;
  email: string;
  password: string;
  password_confirm?: string;
}

/** An address, and the code that was sent to it. */
export interface AccountsSignInCodeRequest {
  email: string;
  code: string;
}

/** An entry of the sign-in log. */
export interface AccountsSignInEntry {
  at: string;
  method: string;
  device: string;
  address: string | null;
  outcome: "ok" | "wrong" | "mfa_required" | "banned";
}

/** Tokens, and whose they are. */
export interface AccountsSignedIn {
  user: AccountsBriefUser;
  access: string;
  refresh: string;
}

/** Opens one socket. */
export interface AccountsTicket {
  ticket: string;
  expires_in: number;
}

/** A token for calls, and one that buys the next pair. */
export interface AccountsTokenPair {
  access: string;
  refresh: string;
}

/** The code or the link's key from a mail. */
export interface AccountsVerificationRequest {
  key: string;
}

/** A way in which the user can sign in. */
export interface AccountsWayIn {
  kind: "password" | "email" | "device" | "provider" | "passkey";
  provider: string | null;
  created_at: string;
}

/** An achievement that a user has earned. */
export interface AchievementsEarned {
  code: string;
  name: string;
  description: string;
  earned_at: string;
}

/** The reward of an achievement. */
export interface AchievementsPrize {
  xp: number;
  gold: number;
  gems: number;
}

/** An achievement, and how far the caller has come. */
export interface AchievementsProgress {
  id: number;
  code: string;
  name: string;
  description: string;
  goal: number;
  progress: number;
  reward: AchievementsPrize;
  earned_at: string | null;
}

/** The effect of a strike. */
export interface BattlesAttackResult {
  damage: number;
  critical: boolean;
  enemy_hp: number;
  state: "waiting" | "active" | "won" | "lost";
}

/** The enemy to attack; the server computes the damage. */
export interface BattlesAttackWantedRequest {
  enemy_id: number;
}

/** A battle to join, or to go on with. */
export interface BattlesAvailableBattle {
  id: number;
  name: string;
  level: number;
  enemies: Array<BattlesEnemyState>;
  players: number;
  max_players: number;
  stamina_cost: number;
  state: "waiting" | "active";
  joined: boolean;
}

/** A battle as its fighters see it. */
export interface BattlesBattleShape {
  id: number;
  name: string;
  level: number;
  state: "waiting" | "active" | "won" | "lost";
  enemies: Array<BattlesEnemyState>;
  players: Array<BattlesFighterState>;
  max_players: number;
  stamina_cost: number;
  step: number;
  user_id: number;
  loot_claimed: boolean;
  ws_url: string;
}

/** The current state of an enemy. */
export interface BattlesEnemyState {
  id: number;
  name: string;
  hp: number;
  max_hp: number;
}

/** The current state of a fighter. */
export interface BattlesFighterState {
  user_id: number;
  username: string;
  hp: number;
  max_hp: number;
  damage_dealt: number;
  connected: boolean;
}

/** So many of an item. */
export interface BattlesLootItem {
  item: string;
  item_id: number;
  name: string;
  rarity: string;
  quantity: number;
}

/** The loot of a won battle. */
export interface BattlesLootShape {
  xp: number;
  gold: number;
  items: Array<BattlesLootItem>;
  level_up: boolean;
}

/** The caller's part in a battle that is over. */
export interface BattlesPastBattle {
  id: number;
  name: string;
  level: number;
  state: "won" | "lost";
  damage_dealt: number;
  hp: number;
  max_hp: number;
  loot: BattlesLootShape | null;
  loot_claimed: boolean;
  joined_at: string;
  finished_at: string;
}

export interface BlockedPage {
  next: string | null;
  previous: string | null;
  results: Array<FriendsBlocked>;
}

/** A direct message. */
export interface ChatDirectText {
  id: number;
  content: string;
  sender: FriendsPerson;
  created_at: string;
  edited_at: string | null;
  reply_to: ChatQuote | null;
  reactions?: Array<ChatReactions>;
  to_user_id: number;
  read_at: string | null;
}

/** The result of leaving. */
export interface ChatLeft {
  status: "left" | "not_a_member";
}

/** A lobby and its members. */
export interface ChatLobbyWithMembers {
  id: number;
  name: string;
  title: string;
  is_public: boolean;
  max_participants: number;
  game: string;
  status: "open" | "closed";
  owner: FriendsPerson | null;
  member_count: number;
  role: "owner" | "moderator" | "member" | null;
  unread: number;
  created_at: string;
  closed_at: string | null;
  ws_url: string;
  members: Array<ChatMember>;
}

/** A report, as shown to the reporter. */
export interface ChatMadeReport {
  id: number;
  kind: "message" | "direct" | "name" | "game";
  created_at: string;
}

/** A member of a lobby; ``online`` while they have a socket open in it.

A muted member may not write until ``muted_until``. */
export interface ChatMember {
  user_id: number;
  username: string;
  is_premium: boolean;
  role: "owner" | "moderator" | "member";
  muted_until: string | null;
  online: boolean;
}

/** A new lobby. */
export interface ChatNewLobbyRequest {
  is_public?: boolean;
  max_participants?: number;
  game?: string;
  slow_mode_s?: number;
  name: string;
}

/** A new message. */
export interface ChatNewMessageRequest {
  content: string;
  reply_to?: number | null;
}

/** A report of a message. */
export interface ChatNewReportRequest {
  reason?: string;
}

/** A report of a direct message, a name, or a player of a game, with the ids that belong to its kind. */
export interface ChatNewReportRequestRequest {
  kind: "direct" | "game" | "name";
  message_id?: number | null;
  user_id?: number | null;
  game_id?: string | null;
  reason?: string;
}

/** A lobby. */
export interface ChatOneLobby {
  id: number;
  name: string;
  title: string;
  is_public: boolean;
  max_participants: number;
  game: string;
  status: "open" | "closed";
  owner: FriendsPerson | null;
  member_count: number;
  role: "owner" | "moderator" | "member" | null;
  unread: number;
  created_at: string;
  closed_at: string | null;
  ws_url: string;
}

/** A report of a message in a lobby, as shown to the reporter. */
export interface ChatOneReport {
  id: number;
  message_id: number;
  created_at: string;
}

/** A ban or a mute in force. */
export interface ChatOneSanction {
  user: FriendsPerson;
  kind: "ban" | "mute";
  reason: string;
  by_id: number | null;
  created_at: string;
  until: string | null;
}

/** The message that another answers; ``content`` is its beginning, empty if it was deleted. */
export interface ChatQuote {
  id: number;
  username: string;
  content: string;
}

/** The users who reacted to a message in one way, in the order in which they did. */
export interface ChatReactions {
  kind: "like" | "love" | "laugh" | "wow" | "sad" | "clap" | "fire" | "gg";
  user_ids: Array<number>;
}

/** The last message read; all messages if omitted. */
export interface ChatReadUpToRequest {
  up_to?: number;
}

/** The target and a reason. */
export interface ChatReasonedRequest {
  user_id: number;
  reason?: string;
}

/** The game to start, if not the lobby's own. */
export interface ChatStartRequest {
  game?: string;
  seats?: number;
  options?: Record<string, unknown>;
}

/** The started game. */
export interface ChatStarted {
  game_id: string;
  ws_url: string;
}

/** The target of a moderation action. */
export interface ChatTargetRequest {
  user_id: number;
}

/** A lobby message. ``mentions`` are the ids of the members whom it names. */
export interface ChatText {
  id: number;
  content: string;
  sender: FriendsPerson;
  created_at: string;
  edited_at: string | null;
  reply_to: ChatQuote | null;
  reactions?: Array<ChatReactions>;
  mentions?: Array<number>;
}

/** A conversation with a friend. */
export interface ChatThread {
  user: FriendsPerson;
  last_message: ChatDirectText | null;
  last_at: string;
  unread: number;
  ws_url: string;
}

/** The target, a reason and an end. */
export interface ChatTimedRequest {
  user_id: number;
  reason?: string;
  until?: string | null;
}

/** The friend's remaining unread messages. */
export interface ChatUnread {
  unread: number;
}

/** A leaderboard that an app declares. */
export interface CompetitionBoardShape {
  name: string;
  title: string;
  order: "asc" | "desc";
  keep: "best" | "last" | "sum";
  reset: "never" | "daily" | "weekly" | "monthly";
  period: string;
  ends_at: string | null;
}

/** A region; the time that a GET of ``ping_url`` takes is its latency. */
export interface CoreRegion {
  id: string;
  url: string;
  ping_url: string;
}

export interface DeviceSessionPage {
  next: string | null;
  previous: string | null;
  results: Array<AccountsDeviceSession>;
}

export interface DirectTextPage {
  next: string | null;
  previous: string | null;
  results: Array<ChatDirectText>;
}

export interface DocumentPage {
  next: string | null;
  previous: string | null;
  results: Array<StorageDocument>;
}

export interface FriendPage {
  next: string | null;
  previous: string | null;
  results: Array<FriendsFriend>;
}

/** Somebody whom the caller blocks. */
export interface FriendsBlocked {
  user_id: number;
  username: string;
  created_at: string;
}

/** A friend, and how they stand now. */
export interface FriendsFriend {
  user_id: number;
  online: boolean;
  status: "offline" | "online" | "away" | "busy" | "playing";
  last_seen: string | null;
  game_id?: string;
  username: string;
  is_premium: boolean;
}

/** The user to ask, by name or by id. */
export interface FriendsNewRequestRequest {
  username?: string;
  user_id?: number;
}

/** A user's public identity. */
export interface FriendsPerson {
  id: number;
  username: string;
  is_premium: boolean;
}

/** A friend request. */
export interface FriendsRequest {
  id: number;
  from_user: FriendsPerson;
  to_user: FriendsPerson;
  status: "pending" | "accepted" | "declined" | "cancelled";
  created_at: string;
}

/** An action of a game's own. */
export interface GameCatalogueAction {
  name: string;
  description: string;
  data_schema: Record<string, unknown>;
}

/** A game that this server offers. */
export interface GameCatalogueEntry {
  name: string;
  title: string;
  min_players: number;
  max_players: number;
  kind: "turn_based" | "real_time";
  description: string;
  sides: Array<string>;
  spectators: boolean;
  spectators_follow: boolean;
  open: boolean;
  modes: Array<string>;
  clock: Record<string, unknown> | null;
  phases: Array<GameCataloguePhase>;
  undo: boolean;
  actions: Array<GameCatalogueAction>;
  options: Record<string, unknown>;
  bots: Array<number>;
  move_schema: Record<string, unknown>;
  view_schema: Record<string, unknown> | null;
  board: string | null;
}

/** A phase of a game. */
export interface GameCataloguePhase {
  name: string;
  moves: Array<string>;
  who: "turn" | "all";
  seconds: number | null;
}

/** A message of a game's chat; `seq` is the same as on the socket. */
export interface GameChatLine {
  seq: number;
  user_id: number;
  username: string;
  message: string;
}

/** The last public game of the days before that somebody won by the rules. */
export interface GameDailyReplay {
  id: string;
  game: string;
  title: string;
  players: Array<string>;
}

/** An input of a player. */
export interface GameInput {
  seq: number;
  at: string;
  user_id: number | null;
  type: "player_move" | "timeout" | "timer" | "undone" | "game_action" | "game_start" | "player_replaced" | "player_reconnected" | "seat_taken";
  movement: Record<string, unknown>;
  tick?: number;
}

/** The public data of a game with a free seat. */
export interface GameInvitation {
  game: string;
  title: string;
  host: string;
}

/** A player's score, or rating at a game; equal ones share a rank. */
export interface GameLeaderboardRow {
  rank: number;
  user: GameRankedUser;
  score: number;
  rating?: number;
  played?: number;
  won?: number;
}

/** A game to be created: against a bot, or for others to join.

The game's own options, such as ``target``, may also be given beside ``game``. */
export interface GameNewGameRequest {
  game: string;
  opponent?: "bot";
  level?: number;
  bots?: Array<number>;
  seats?: number;
  private?: boolean;
  options?: Record<string, unknown>;
}

/** The life on the server, a few seconds old at most. */
export interface GameNow {
  online: number;
  running: number;
  replay: GameDailyReplay | null;
}

/** A game. */
export interface GameOneGame {
  id: string;
  game_id: string;
  game: string;
  title: string;
  mode: string;
  state: "created" | "waiting_for_players" | "waiting_for_ready" | "active" | "finished" | "abandoned" | "aborted";
  private: boolean;
  rated: boolean;
  options: Record<string, unknown>;
  metadata: Record<string, unknown>;
  seats: number;
  free_seats: number;
  code: string | null;
  players: Array<GamePlayer>;
  to_move: Array<number>;
  due_at: string | null;
  created_at: string;
  finished_at: string | null;
  result: GameResult | null;
  ws_url: string;
  spectators: boolean;
}

/** A game in which the caller has a seat. */
export interface GameOwnGame {
  id: string;
  game_id: string;
  game: string;
  title: string;
  mode: string;
  state: "created" | "waiting_for_players" | "waiting_for_ready" | "active" | "finished" | "abandoned" | "aborted";
  private: boolean;
  rated: boolean;
  options: Record<string, unknown>;
  metadata: Record<string, unknown>;
  seats: number;
  free_seats: number;
  code: string | null;
  players: Array<GamePlayer>;
  to_move: Array<number>;
  due_at: string | null;
  created_at: string;
  finished_at: string | null;
  result: GameResult | null;
  ws_url: string;
  spectators: boolean;
  side: string;
}

/** A player. */
export interface GamePlayer {
  id: number;
  username: string;
  side: string;
  rating: number | null;
  score: number | null;
  bot_level?: number;
}

/** A user's rating at one game. */
export interface GamePlayerRating {
  game: string;
  title: string;
  rating: number;
  played: number;
  won: number;
  history: Array<GameRatingPoint>;
}

/** Somebody on a leaderboard. */
export interface GameRankedUser {
  id: number;
  username: string;
}

/** A player's rating before and after the game. */
export interface GameRatingChange {
  user_id: number;
  before: number;
  after: number;
}

/** A rating after a game. */
export interface GameRatingPoint {
  at: string;
  rating: number;
}

/** Everything needed to rebuild the final state of a game. */
export interface GameReplay {
  game_id: string;
  game: string;
  players: Array<GamePlayer>;
  seats: number;
  users: Array<number>;
  seed: number | null;
  options: Record<string, unknown>;
  inputs: Array<GameInput>;
  result: GameResult | null;
  final_view: Record<string, unknown> | null;
  ticks?: number;
  views?: Array<Record<string, unknown>>;
  pgn?: string;
}

/** The result of a game. */
export interface GameResult {
  winner_ids: Array<number>;
  reason: string;
  scores: Record<string, number>;
  ratings: Array<GameRatingChange>;
  rewards: Array<GameReward>;
  places: Array<Array<number>>;
}

/** A player's reward for the game; ``level_up`` says whether it brought a new level. */
export interface GameReward {
  user_id: number;
  xp: number;
  gold: number;
  level_up: boolean;
  gems?: number;
  currencies?: Record<string, number>;
  items?: Array<ProgressionItemGranted>;
}

/** The users who watch a game now. */
export interface GameSpectators {
  count: number;
  usernames: Array<string>;
}

export interface InventoryRowPage {
  next: string | null;
  previous: string | null;
  results: Array<ProgressionInventoryRow>;
}

/** A new invite: the user, and the game, lobby or party; by default a game of pong. */
export interface InviteCreationRequest {
  lobby_id?: number;
  party_id?: number;
  to_user_id: number;
  game?: string;
}

export interface InviteInfoPage {
  next: string | null;
  previous: string | null;
  results: Array<InvitesInviteInfo>;
}

/** An invite as both users see it.

``kind`` determines which of ``game``, ``lobby_id`` and ``party_id`` is set. ``game_id`` and ``ws_url``
are set once accepting it has started a game. */
export interface InvitesInviteInfo {
  id: number;
  from_user: FriendsPerson;
  to_user: FriendsPerson;
  kind: "game" | "lobby" | "party";
  game: string | null;
  lobby_id: number | null;
  party_id: number | null;
  status: "pending" | "accepted" | "declined" | "cancelled" | "expired";
  created_at: string;
  expires_at: string;
  game_id?: string;
  ws_url?: string;
}

/** The invite to answer: by its id, by the party's, or, with neither, the newest to a party. */
export interface InvitesInviteWantedRequest {
  party_id?: number;
  invite_id?: number;
}

/** Whom to invite. */
export interface InvitesInviteeRequest {
  party_id?: number;
  user_id: number;
}

export interface LeaderboardRowPage {
  next: string | null;
  previous: string | null;
  results: Array<GameLeaderboardRow>;
}

export interface LedgerEntryPage {
  next: string | null;
  previous: string | null;
  results: Array<ProgressionLedgerEntry>;
}

export interface Live {
  status: string;
}

export interface MaintenanceWindow {
  message: string;
  starts_at: string;
  ends_at: string | null;
}

/** The proposed match that is accepted or declined. */
export interface MatchmakingAnswerRequest {
  proposal_id: number;
}

/** The wanted match: game, mode and party. */
export interface MatchmakingJoinRequest {
  game?: string;
  mode?: string;
  party_id?: number;
}

/** Somebody in the match. */
export interface MatchmakingMatchedPlayer {
  id: number;
  username: string;
  rating: number | null;
  side: string;
}

/** A queue that can be joined. */
export interface MatchmakingOfferedQueue {
  game: string;
  mode: string;
  title: string;
  rated: boolean;
  min_players: number;
  max_players: number;
  party_sizes: Array<number>;
  options: Record<string, unknown>;
  clock: Record<string, unknown> | null;
  asks: Record<string, unknown>;
  accept_within: number | null;
}

/** A match that the caller is asked to accept. */
export interface MatchmakingProposed {
  proposal_id: number;
  expires_at: string;
  accepted: boolean;
}

/** Whether there was a place to give up. */
export interface MatchmakingQueueLeft {
  status: "left" | "not_queued";
}

/** The caller's status: ``idle``, or ``queued`` with the place, or ``matched`` with the match. */
export interface MatchmakingStanding {
  status: "idle" | "queued" | "matched";
  game?: string;
  mode?: string;
  position?: number;
  queue_size?: number;
  waited_s?: number;
  proposal?: MatchmakingProposed;
  game_id?: string;
  side?: string;
  ws_url?: string;
  players?: Array<MatchmakingMatchedPlayer>;
}

/** The number of things waiting for the user: unread messages by sender, open invites, and the total. */
export interface NotificationsBadge {
  dm: Record<string, number>;
  invites: number;
  total: number;
}

export interface OneGamePage {
  next: string | null;
  previous: string | null;
  results: Array<GameOneGame>;
}

export interface OneLobbyPage {
  next: string | null;
  previous: string | null;
  results: Array<ChatOneLobby>;
}

export interface OneSanctionPage {
  next: string | null;
  previous: string | null;
  results: Array<ChatOneSanction>;
}

export interface OperatorMessagePage {
  next: string | null;
  previous: string | null;
  results: Array<SupportOperatorMessage>;
}

/** An open party to join. */
export interface PartiesEntryRequest {
  party_id: number;
}

/** Confirms that the caller is in no party now. */
export interface PartiesGone {
  status: "left" | "disbanded";
}

/** By region, the milliseconds that the client has measured. */
export interface PartiesLatenciesRequestRequest {
  latencies: Record<string, number>;
}

/** The caller's party. It need not be named: a user is in one party at most. */
export interface PartiesOwnPartyRequest {
  party_id?: number;
}

/** Sent when a member writes to the party; only its members receive it. */
export interface PartiesPartyChat {
  type: "party_chat";
  party_id: number;
  sender_id: number;
  sender_name: string;
  content: string;
  member_ids: Array<number>;
  channel: "party";
}

/** A party as clients see it: members in the order of joining; empty once it is disbanded.

A higher ``version`` is the later state. */
export interface PartiesPartyInfo {
  id: number;
  leader_id: number | null;
  members: Array<PartiesPartyMemberInfo>;
  max_size: number;
  open: boolean;
  version: number;
  region: string | null;
}

/** A member of a party. */
export interface PartiesPartyMemberInfo {
  user_id: number;
  username: string;
  ready: boolean;
}

/** Whether the caller is ready to play. */
export interface PartiesReadinessRequest {
  party_id?: number;
  ready?: boolean;
}

/** A new party; anybody may join an open one. */
export interface PartyCreationRequest {
  open?: boolean;
}

/** The member to remove. */
export interface PartyTargetRequest {
  party_id?: number;
  user_id: number;
}

export interface PastBattlePage {
  next: string | null;
  previous: string | null;
  results: Array<BattlesPastBattle>;
}

/** A name for a device. */
export interface PatchedAccountsDeviceNameRequestRequest {
  name: string;
}

/** Changes to the caller's own account; a new e-mail needs the password. */
export interface PatchedAccountsProfileChangesRequest {
  username?: string;
  email?: string;
  password?: string;
  language?: "en" | "de";
}

/** The text of a message: 1 to 500 characters after trimming. */
export interface PatchedChatEditedMessageRequest {
  content?: string;
}

/** Changes to a lobby by its owner; the name is fixed. */
export interface PatchedChatLobbyChangesRequest {
  title?: string;
  is_public?: boolean;
  max_participants?: number;
  game?: string;
  slow_mode_s?: number;
}

/** Kinds to switch on or off. */
export interface PatchedPushChangedKindsRequestRequest {
  messages?: boolean;
  invites?: boolean;
  turns?: boolean;
  friend_requests?: boolean;
}

export interface PetShapePage {
  next: string | null;
  previous: string | null;
  results: Array<ProgressionPetShape>;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: Record<string, Array<string>>;
  details?: Record<string, unknown>;
  retry_after?: number;
}

/** Stat points to spend, by stat. */
export interface ProgressionAllocationRequest {
  strength?: number;
  agility?: number;
  intellect?: number;
  vitality?: number;
  luck?: number;
}

/** A purchase: the item, its price, and the currency left. */
export interface ProgressionBought {
  item: ProgressionInventoryRow;
  quantity: number;
  spent: number;
  currency: string;
  balance: number;
}

/** The id of an item in the shop, and a quantity. */
export interface ProgressionBuyingRequest {
  item_id: number;
  quantity?: number;
}

/** A conversion of currencies and items (by slug) that the caller may make. */
export interface ProgressionConversionShape {
  name: string;
  title: string;
  takes: Record<string, number>;
  gives: Record<string, number>;
  rolls: number;
  drops: Array<ProgressionDropShape>;
  left_today: number | null;
}

/** A conversion: what was taken, by currency and slug, and what the caller was given. */
export interface ProgressionConvertedShape {
  name: string;
  times: number;
  taken: Record<string, number>;
  gold: number;
  gems: number;
  currencies: Record<string, number>;
  items: Array<ProgressionItemGranted>;
}

/** A conversion that is asked for. */
export interface ProgressionConvertingRequestRequest {
  times?: number;
}

/** A currency beside gold and gems, with the caller's balance. */
export interface ProgressionCurrencyShape {
  name: string;
  title: string;
  balance: number;
  at_most: number;
  at_most_a_day: number | null;
  tradeable: boolean;
}

/** The reward for coming back today. */
export interface ProgressionDailyReward {
  claimed: boolean;
  days: number;
  gold: number;
}

/** The numbers of a fight that follow from stats. */
export interface ProgressionDerived {
  max_hp: number;
  attack: number;
  defense: number;
  speed: number;
  critical_chance: number;
}

/** A line of a drop table; ``of`` is a currency, the slug of an item, or empty for nothing. */
export interface ProgressionDropShape {
  of: string;
  least: number;
  most: number;
  probability: number;
}

/** The food: the id of an inventory row. */
export interface ProgressionFeedingRequest {
  item_id: number;
}

/** So many of an item that the caller owns. */
export interface ProgressionInventoryRow {
  name: string;
  description: string;
  kind: string;
  rarity: "common" | "uncommon" | "rare" | "epic" | "legendary";
  slot: string | null;
  stats: ProgressionStats;
  food_xp: number;
  id: number;
  item_id: number;
  quantity: number;
  equipped: boolean;
}

/** A quantity of an item that was given; ``item`` is its slug. */
export interface ProgressionItemGranted {
  item: string;
  item_id: number;
  name: string;
  rarity: string;
  quantity: number;
}

/** A movement of money; of an item, with ``item_id`` and ``name`` in place of the currency. */
export interface ProgressionLedgerEntry {
  id: number;
  currency?: string;
  item_id?: number;
  name?: string;
  amount: number;
  balance: number;
  cause: string;
  created_at: string;
}

/** A pet of the caller's. */
export interface ProgressionPetShape {
  id: number;
  species: string;
  name: string;
  family: string;
  rarity: "common" | "uncommon" | "rare" | "epic" | "legendary";
  level: number;
  xp: number;
  xp_to_next: number;
  level_began_at_xp: number;
  stats: ProgressionStats;
  equipped: boolean;
  place: number | null;
}

/** All that users are shown of themselves. */
export interface ProgressionPlayerShape {
  id: number;
  username: string;
  level: number;
  xp: number;
  xp_to_next: number;
  level_began_at_xp: number;
  stat_points: number;
  stats: ProgressionStats;
  bonuses: ProgressionStats;
  derived: ProgressionDerived;
  gold: number;
  gems: number;
  currencies: Record<string, number>;
  stamina: number;
  max_stamina: number;
  stamina_full_at: string | null;
  stamina_regeneration: ProgressionRegeneration;
  equipped: Record<string, ProgressionInventoryRow | null>;
  pet_set: Array<ProgressionPetShape>;
}

/** The recovery of stamina: an amount for each full interval. */
export interface ProgressionRegeneration {
  amount: number;
  interval_s: number;
}

/** An offer of the shop; the id is the item's. */
export interface ProgressionShopItem {
  name: string;
  description: string;
  kind: string;
  rarity: "common" | "uncommon" | "rare" | "epic" | "legendary";
  slot: string | null;
  stats: ProgressionStats;
  food_xp: number;
  id: number;
  price: number;
  currency: string;
  stock: number | null;
  daily: boolean;
}

/** The five stats. */
export interface ProgressionStats {
  strength: number;
  agility: number;
  intellect: number;
  vitality: number;
  luck: number;
}

export interface PublicProfilePage {
  next: string | null;
  previous: string | null;
  results: Array<AccountsPublicProfile>;
}

/** The keys of a browser's subscription. */
export interface PushKeysRequestRequest {
  p256dh: string;
  auth: string;
}

/** The kinds of notifications that the user wants pushed. */
export interface PushKinds {
  messages: boolean;
  invites: boolean;
  turns: boolean;
  friend_requests: boolean;
}

/** A browser's subscription, as `PushSubscription.toJSON` gives it, and the language of its page. */
export interface PushNewSubscriptionRequestRequest {
  endpoint: string;
  keys: PushKeysRequestRequest;
  language?: "de" | "en";
}

/** The notifications of the user while no page is seen. */
export interface Pushing {
  public_key: string | null;
  subscribed: boolean;
  kinds: PushKinds;
}

export interface Ready {
  status: string;
  checks: Record<string, string>;
}

export interface RequestPage {
  next: string | null;
  previous: string | null;
  results: Array<FriendsRequest>;
}

/** A capture in progress.

It takes ``remaining_s`` more seconds, until ``due_at``, which is null while contested. */
export interface ShardsCaptureInfo {
  character_id: number;
  character_name: string;
  faction: string;
  contested: boolean;
  remaining_s: number;
  due_at: string | null;
}

/** A shard: its place, the name of its owner, and the capture in progress. */
export interface ShardsShardInfo {
  id: number;
  name: string;
  location_id: number;
  faction: string | null;
  capture: ShardsCaptureInfo | null;
}

export interface SignInEntryPage {
  next: string | null;
  previous: string | null;
  results: Array<AccountsSignInEntry>;
}

export interface Status {
  status: string;
  version: string;
  protocol_version: string;
  environment: string;
  time: string;
  uptime: number;
  counts: Record<string, number>;
  maintenance: MaintenanceWindow | null;
}

/** Documents that are written together, or not at all. */
export interface StorageBatchRequestRequest {
  put?: Array<StoragePutRequestRequest>;
  delete?: Array<StorageDeleteRequestRequest>;
}

/** A document to delete. */
export interface StorageDeleteRequestRequest {
  collection: string;
  key: string;
  owner?: number | null;
  version?: string | null;
}

/** A document. */
export interface StorageDocument {
  collection: string;
  key: string;
  owner: number | null;
  value: unknown;
  version: string;
  updated_at: string;
}

/** A version of a document. */
export interface StorageKept {
  version: string;
  value: unknown;
  at: string;
}

/** A document to store. */
export interface StoragePutRequestRequest {
  collection: string;
  key: string;
  owner?: number | null;
  value: unknown;
  version?: string | null;
}

/** The value of a document. */
export interface StorageValueRequestRequest {
  value: unknown;
}

/** A message from the operators to the caller. */
export interface SupportOperatorMessage {
  id: number;
  text: string;
  at: string;
  read_at: string | null;
}

/** The newest message that the caller has read. */
export interface SupportUpToRequestRequest {
  id: number;
}

export interface TextPage {
  next: string | null;
  previous: string | null;
  results: Array<ChatText>;
}

export interface ThreadPage {
  next: string | null;
  previous: string | null;
  results: Array<ChatThread>;
}

/** The state of the world. */
export interface World {
  current_reality: string | null;
  epoch: number;
  factions: Array<WorldFactionInfo>;
  locations: Array<WorldLocationInfo>;
  online: number;
}

/** An announcement to everybody in the world. */
export interface WorldAnnouncementRequest {
  content: string;
}

/** A new character in the named faction. */
export interface WorldCreationRequest {
  name: string;
  faction: string;
}

/** A Fernet key. */
export interface WorldEncryptionKey {
  key: string;
}

/** An event that was announced to the whole world. */
export interface WorldEvent {
  id: number;
  type: string;
  detail: Record<string, unknown>;
  created_at: string;
}

export interface WorldEventPage {
  next: string | null;
  previous: string | null;
  results: Array<WorldEvent>;
}

/** A faction; ``shards`` is the number of shards it holds. */
export interface WorldFactionInfo {
  id: number;
  name: string;
  colour: string;
  description: string;
  shards: number;
}

/** A place on the map.

``paths`` lists the places that can be reached from it, ``faction`` names the faction whose home it is.

``x`` and ``y`` are its position on a map of 100 by 100. Positions inside it range from ``-size`` to
``size``. */
export interface WorldLocationInfo {
  id: number;
  name: string;
  description: string;
  faction: string | null;
  x: number;
  y: number;
  size: number;
  paths: Array<number>;
}

/** One of your own characters; ``selected`` marks the one that you play. */
export interface WorldOwnCharacter {
  id: number;
  name: string;
  faction: string;
  location_id: number;
  position: WorldVector;
  level: number;
  health: number;
  max_health: number;
  selected: boolean;
  last_seen: string;
  created_at: string;
}

/** The character to play. */
export interface WorldSelectionRequest {
  character_id: number;
}

/** A position in metres, or a velocity in metres a second. */
export interface WorldVector {
  x: number;
  y: number;
  z: number;
}
