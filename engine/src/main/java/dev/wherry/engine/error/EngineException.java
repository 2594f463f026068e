package dev.wherry.engine.error;

import org.jspecify.annotations.Nullable;

/**
 * Everything the engine can refuse or fail at. The subtype says whose fault it is; the message
 * names the thing and is shown to the user as it stands, so it uses dockerd's words where dockerd
 * has some.
 */
public abstract sealed class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private EngineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * The same fault with what could not be done before its message.
   *
   * @param what for example {@code cannot kill container: web}
   */
  public EngineException about(String what) {
    String text = what + ": " + getMessage();
    return switch (this) {
      case InvalidParameter ignored -> new InvalidParameter(text, this);
      case Unauthorized ignored -> new Unauthorized(text);
      case Forbidden ignored -> new Forbidden(text);
      case NotFound ignored -> new NotFound(text);
      case Conflict ignored -> new Conflict(text);
      case NotModified ignored -> new NotModified(text);
      case NotImplemented ignored -> new NotImplemented(text);
      case Unavailable ignored -> new Unavailable(text);
      case Internal ignored -> new Internal(text, this);
    };
  }

  /** A request that can never succeed as it stands (HTTP 400). */
  public static final class InvalidParameter extends EngineException {
    private static final long serialVersionUID = 1L;

    public InvalidParameter(String message) {
      super(message, null);
    }

    public InvalidParameter(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Missing or wrong credentials (HTTP 401). */
  public static final class Unauthorized extends EngineException {
    private static final long serialVersionUID = 1L;

    public Unauthorized(String message) {
      super(message, null);
    }
  }

  /** Known, understood and not allowed (HTTP 403). */
  public static final class Forbidden extends EngineException {
    private static final long serialVersionUID = 1L;

    public Forbidden(String message) {
      super(message, null);
    }
  }

  /** The named object does not exist (HTTP 404). */
  public static final class NotFound extends EngineException {
    private static final long serialVersionUID = 1L;

    public NotFound(String message) {
      super(message, null);
    }
  }

  /** The object's present state or another object stands in the way (HTTP 409). */
  public static final class Conflict extends EngineException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
      super(message, null);
    }
  }

  /** The object already is as asked, for example a start of a running container (HTTP 304). */
  public static final class NotModified extends EngineException {
    private static final long serialVersionUID = 1L;

    public NotModified(String message) {
      super(message, null);
    }
  }

  /** An option or feature this engine does not have; the message names it (HTTP 501). */
  public static final class NotImplemented extends EngineException {
    private static final long serialVersionUID = 1L;

    public NotImplemented(String message) {
      super(message, null);
    }
  }

  /** Not possible at present, for example for want of a swarm manager (HTTP 503). */
  public static final class Unavailable extends EngineException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message) {
      super(message, null);
    }
  }

  /** The engine's or the host's own fault (HTTP 500). */
  public static final class Internal extends EngineException {
    private static final long serialVersionUID = 1L;

    public Internal(String message) {
      super(message, null);
    }

    public Internal(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
