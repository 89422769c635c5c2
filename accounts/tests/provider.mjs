// A certified OpenID Connect provider (oidc-provider) for the tests: `node provider.mjs <port> <redirect uri> ...`.
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";

const [port, ...redirectUris] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const client = (client_id) => ({
  client_id,
  client_secret: "a secret of the client",
  redirect_uris: redirectUris,
  application_type: "web",
  token_endpoint_auth_method: "client_secret_post",
});
const provider = new Provider(issuer, {
  clients: [client("gameplatform"), client("another-service")],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "tests", use: "sig", alg: "RS256" }] },
  cookies: { keys: ["cookies of the tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@example.org`,
      email_verified: !id.startsWith("unverified"),
      preferred_username: id,
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
