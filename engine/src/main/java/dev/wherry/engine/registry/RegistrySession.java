package dev.wherry.engine.registry;

import dev.wherry.engine.registry.RegistryHttp.Answer;
import dev.wherry.engine.registry.RegistryHttp.Content;
import dev.wherry.engine.registry.RegistryHttp.Request;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation with one registry: shows it the credentials it asks for, and follows it where it
 * sends us, without them. Thread-safe, so that layers come by it in parallel.
 */
final class RegistrySession {
  private static final Logger LOG = LoggerFactory.getLogger(RegistrySession.class);
  private static final int MAX_REDIRECTS = 10;

  private final RegistryHttp http;
  private final RegistryEndpoint endpoint;
  private final Credentials credentials;
  private final Tokens tokens;

  /** The value of the {@code Authorization} header, empty until the registry has asked for one. */
  private volatile String authorization;

  private volatile String identityToken = "";
  private volatile boolean answered;

  // Guarded by this.
  private List<String> scopes;
  private @Nullable Challenge bearer;

  /**
   * @param scope what tokens are asked for, empty for no more than to be known
   */
  RegistrySession(
      RegistryHttp http,
      RegistryEndpoint endpoint,
      Credentials credentials,
      String scope,
      Cancellation cancellation) {
    this.http = http;
    this.endpoint = endpoint;
    this.credentials = endpoint.mirror() ? Credentials.NONE : credentials;
    this.scopes = scope.isEmpty() ? List.of() : List.of(scope);
    this.tokens = new Tokens(http, endpoint, this.credentials, cancellation);
    String token = this.credentials.registryToken();
    this.authorization = token.isEmpty() ? "" : "Bearer " + token;
  }

  RegistryEndpoint endpoint() {
    return endpoint;
  }

  /** Whether there is somebody; then nobody less secure is asked instead. */
  boolean hasAnswered() {
    return answered;
  }

  /** What stands for the password from now on, if a token server has given such. */
  String identityToken() {
    return identityToken;
  }

  /**
   * Learns how the registry wants to be asked, without asking for anything.
   *
   * @throws IOException if it does not answer
   */
  void ping(Cancellation cancellation) throws IOException {
    Reached reached =
        exchange(new Call("GET", endpoint.resolve(""), Map.of(), Content.NONE), cancellation);
    try (Answer answer = reached.answer) {
      if (reached.asksUs()) {
        authorize(answer, "");
      }
    } catch (RegistryError e) {
      throw e.during("GET", endpoint.resolve(""));
    } catch (NoCredentials e) {
      // Perhaps none are needed for what we want; else that is where it is said.
    }
  }

  /**
   * Proves to the registry who asks.
   *
   * @throws RegistryError if it does not believe it
   */
  void login(Cancellation cancellation) throws IOException {
    URI uri = endpoint.resolve("");
    Request request = Request.of("GET", uri, Map.of(), endpoint.trust(uri));
    Answer answer = get(uri, Map.of(), cancellation);
    if (answer.status() != 200) {
      throw RegistryError.of(request, answer);
    }
    answer.close();
  }

  /**
   * Asks for something that must be there.
   *
   * @throws RegistryError if it is not, or not for us
   */
  Answer require(URI uri, Map<String, String> headers, Cancellation cancellation)
      throws IOException {
    Answer answer = get(uri, headers, cancellation);
    if (answer.status() != 200 && answer.status() != 206) {
      throw RegistryError.of(Request.of("GET", uri, headers, endpoint.trust(uri)), answer);
    }
    return answer;
  }

  private Answer get(URI uri, Map<String, String> headers, Cancellation cancellation)
      throws IOException {
    return ask(new Call("GET", uri, headers, Content.NONE), cancellation);
  }

  /** What is asked of the registry. */
  record Call(String method, URI uri, Map<String, String> headers, Content content) {}

  /**
   * Asks for anything, and proves who asks when the registry wants to know.
   *
   * @return whatever it answers
   * @throws IOException also if the content would have to be sent again and can't
   */
  Answer ask(Call call, Cancellation cancellation) throws IOException {
    String used = authorization;
    Reached reached = exchange(call, cancellation);
    Answer answer = reached.answer;
    if (!reached.asksUs()) {
      return answer;
    }
    boolean retry;
    try {
      retry = authorize(answer, used);
    } catch (IOException e) {
      answer.close();
      throw switch (e) {
        case NoCredentials none ->
            new NoCredentials(verb(call.method) + " \"" + call.uri + "\"", none);
        case RegistryError error -> error.during(call.method, call.uri);
        default -> e;
      };
    }
    if (!retry) {
      return answer;
    }
    answer.close();
    if (call.content.length() < 0) {
      throw new IOException("the registry's authorization ran out");
    }
    return exchange(call, cancellation).answer;
  }

  /**
   * Has what is asked from here on cover more, where tokens say what one may do. Where it can't be
   * had, all stays as it was.
   */
  synchronized void widen(String more) throws IOException {
    Challenge challenge = bearer;
    if (challenge == null || scopes.contains(more)) {
      return;
    }
    List<String> wider = new ArrayList<>(scopes);
    wider.add(more);
    try {
      authorization = "Bearer " + tokens.fetch(challenge, wider, false).value();
      scopes = List.copyOf(wider);
    } catch (RegistryError refused) {
      LOG.debug("no token for {}: {}", more, refused.getMessage());
    }
  }

  /**
   * An answer.
   *
   * @param home whether the registry itself gave it; nobody else's challenges count
   */
  private record Reached(Answer answer, boolean home) {
    boolean asksUs() {
      return home && answer.status() == 401;
    }
  }

  private static IOException said(Call call, Exception e) {
    return new IOException(
        "%s \"%s\": %s".formatted(verb(call.method), call.uri, e.getMessage()), e);
  }

  /** As Go's errors have it: {@code Get}. */
  static String verb(String method) {
    return method.charAt(0) + method.substring(1).toLowerCase(Locale.ROOT);
  }

  /**
   * Gets what a registry asks for.
   *
   * @param used what was shown and did not do
   * @return whether there is something new to show
   */
  private synchronized boolean authorize(Answer refusal, String used) throws IOException {
    if (!authorization.equals(used)) {
      return true;
    }
    List<Challenge> challenges = Challenge.parse(refusal.headers("WWW-Authenticate"));
    Challenge wantsToken = Challenge.find(challenges, Challenge.BEARER).orElse(null);
    if (wantsToken != null) {
      if (!credentials.registryToken().isEmpty()) {
        return false;
      }
      String told = wantsToken.parameter("scope");
      List<String> wanted = !scopes.isEmpty() || told.isEmpty() ? scopes : List.of(told);
      Tokens.Token token = tokens.fetch(wantsToken, wanted, credentials.hasPassword());
      bearer = wantsToken;
      identityToken = token.identity();
      authorization = "Bearer " + token.value();
      return true;
    }
    if (Challenge.find(challenges, Challenge.BASIC).isPresent()) {
      if (!credentials.hasPassword()) {
        throw new NoCredentials();
      }
      boolean fresh = used.isEmpty();
      authorization = credentials.basic();
      return fresh;
    }
    return false;
  }

  /** Sends, and follows redirects; only the registry itself sees what is secret to it. */
  private Reached exchange(Call call, Cancellation cancellation) throws IOException {
    boolean reads = call.method.equals("GET") || call.method.equals("HEAD");
    boolean repeatable = call.content.length() >= 0;
    URI uri = call.uri;
    for (int hops = 0; hops <= MAX_REDIRECTS; hops++) {
      cancellation.check();
      boolean home = endpoint.owns(uri);
      Map<String, String> all = new LinkedHashMap<>(call.headers);
      String secret = authorization;
      if (home && !secret.isEmpty()) {
        all.put("Authorization", secret);
      }
      Answer answer =
          send(new Request(call.method, uri, all, call.content, endpoint.trust(uri)), cancellation);
      answered = true;
      boolean follows = reads || (repeatable && keepsMethod(answer.status()));
      URI next = follows ? redirect(answer, uri) : null;
      if (next == null) {
        return new Reached(answer, home);
      }
      answer.close();
      requireNoDowngrade(uri, next);
      uri = next;
    }
    throw said(call, new IOException("stopped after " + MAX_REDIRECTS + " redirects"));
  }

  /** Whether what is sent is to be sent the same way again (RFC 9110, 15.4.8 and 15.4.9). */
  private static boolean keepsMethod(int status) {
    return status == 307 || status == 308;
  }

  /** What was said in confidence must not be repeated in the open. */
  static void requireNoDowngrade(URI from, URI to) throws IOException {
    if (from.getScheme().equals("https") && !to.getScheme().equals("https")) {
      throw new IOException("the registry redirects from " + from + " to plain HTTP");
    }
  }

  private Answer send(Request request, Cancellation cancellation) throws IOException {
    try {
      return http.send(request, cancellation);
    } catch (IOException e) {
      cancellation.check();
      throw new IOException(
          "%s \"%s\": %s".formatted(verb(request.method()), request.uri(), e.getMessage()), e);
    }
  }

  /**
   * Where an answer sends to; such an answer need not be read.
   *
   * @return {@code null} if it is no redirect
   * @throws IOException if it leads nowhere on the web
   */
  static @Nullable URI redirect(Answer answer, URI from) throws IOException {
    boolean moved =
        switch (answer.status()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    if (!moved) {
      return null;
    }
    String location = answer.header("Location");
    try {
      URI next = from.resolve(location);
      String scheme = String.valueOf(next.getScheme());
      if (next.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      answer.close();
      throw new IOException("the server redirects to no address: " + location, e);
    }
    answer.close();
    throw new IOException("the server redirects to no web address: " + location);
  }
}
