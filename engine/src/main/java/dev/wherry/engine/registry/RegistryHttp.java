package dev.wherry.engine.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** HTTP as far as registries need it; blocking, thread-safe. */
public interface RegistryHttp {

  /**
   * Sends a request and waits for the head of its answer. Redirects are not followed.
   *
   * @param cancellation cancelling it ends the exchange, also while the body is read
   * @throws IOException if there is no answer; the message says why, in Go's words where the case
   *     is common
   */
  Answer send(Request request, Cancellation cancellation) throws IOException;

  /** A request's body. */
  interface Content {
    /** No body. */
    Content NONE = of(new byte[0]);

    /** Bytes in all, or -1 where they are made as they go: such content can be had once only. */
    long length();

    /**
     * Gives the bytes, on the thread that sends.
     *
     * @throws IOException from the target if nobody wants more, and for what is wrong with the
     *     content itself
     */
    void writeTo(OutputStream target) throws IOException;

    /** These very bytes. */
    static Content of(byte[] bytes) {
      return new Content() {
        @Override
        public long length() {
          return bytes.length;
        }

        @Override
        public void writeTo(OutputStream target) throws IOException {
          target.write(bytes);
        }
      };
    }
  }

  /**
   * Whom to believe.
   *
   * @param verified whether a server's certificate must be a valid one of its host
   * @param registry {@code host[:port]} of the registry on whose behalf somebody is asked; there
   *     may be certificates for it
   */
  record Trust(boolean verified, String registry) {
    /** Whether an address is the registry's own, so that it may see who we are. */
    public boolean isHome(URI uri) {
      return registry.equalsIgnoreCase(uri.getRawAuthority());
    }
  }

  /**
   * A request.
   *
   * @param trust whom to believe to be the server
   */
  record Request(
      String method, URI uri, Map<String, String> headers, Content content, Trust trust) {

    /** A request without a body. */
    static Request of(String method, URI uri, Map<String, String> headers, Trust trust) {
      return new Request(method, uri, headers, Content.NONE, trust);
    }

    /** Never its headers: they carry credentials. */
    @Override
    public String toString() {
      return method + " " + uri;
    }
  }

  /** An answer; closing it gives up what has not been read of the body. */
  interface Answer extends AutoCloseable {
    int status();

    /** All values of a header, whose name may be in any case. */
    List<String> headers(String name);

    /** The body, as it arrives; a read fails when nothing comes for a minute. */
    InputStream body();

    @Override
    void close();

    /** The first value of a header, empty if it is not there. */
    default String header(String name) {
      List<String> values = headers(name);
      return values.isEmpty() ? "" : values.getFirst();
    }
  }
}
