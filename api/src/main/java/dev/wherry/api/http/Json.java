package dev.wherry.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Docker's clients send and expect it: names begin with a capital unless a record says
 * otherwise, names are read in any case, unknown members are passed over, a wrong type is an error
 * that names the member, and nesting is bounded.
 */
public final class Json {
  private static final int MAX_DEPTH = 200;
  private static final JsonMapper MAPPER = mapper();
  private static final ObjectWriter WRITER = MAPPER.writer();

  private Json() {}

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .addModule(GoNulls.module())
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
            .withCoercionConfig(
                LogicalType.Textual,
                text ->
                    text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build());
    return mapper;
  }

  /** A reader for a type, to be kept by its user. */
  public static <T> Shape<T> shape(Class<T> type) {
    return new Shape<>(type, MAPPER.readerFor(type));
  }

  /** A type that bodies are read as. */
  public record Shape<T>(Class<T> type, ObjectReader reader) {}

  /** The value as JSON. */
  public static byte[] bytes(@Nullable Object value) {
    try {
      return WRITER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new EngineException.Internal("cannot write an answer as JSON: " + e.getMessage(), e);
    }
  }

  /** The value as JSON with a final newline, as dockerd ends its answers. */
  public static Buffer line(@Nullable Object value) {
    return Buffer.buffer(bytes(value)).appendByte((byte) '\n');
  }

  /**
   * Reads a request's body.
   *
   * @return {@code null} for the JSON {@code null}
   * @throws EngineException.InvalidParameter in dockerd's words if it is not JSON or a member has a
   *     wrong type
   */
  public static <T> @Nullable T read(Buffer body, Shape<T> shape) {
    byte[] bytes = body.getBytes();
    // A parser of our own, which is not closed yet when a failure asks it where it stands.
    try (JsonParser parser = MAPPER.createParser(bytes)) {
      return read(parser, bytes, shape);
    } catch (IOException e) {
      throw syntax(bytes, e);
    }
  }

  private static <T> @Nullable T read(JsonParser parser, byte[] bytes, Shape<T> shape)
      throws IOException {
    try {
      T value = shape.reader().readValue(parser, shape.type());
      requireEnd(parser);
      return value;
    } catch (JsonMappingException e) {
      Class<?> wanted = GoTypeError.wanted(e);
      if (wanted == null || parser.currentToken() == null) {
        throw syntax(bytes, e);
      }
      throw new EngineException.InvalidParameter(
          "invalid JSON: " + GoTypeError.text(e, wanted, parser), e);
    }
  }

  private static void requireEnd(JsonParser parser) throws IOException {
    boolean more;
    try {
      more = parser.nextToken() != null;
    } catch (JsonProcessingException e) {
      more = true;
    }
    if (more) {
      throw new EngineException.InvalidParameter("unexpected content after JSON");
    }
  }

  /**
   * Reads JSON of any shape.
   *
   * @throws EngineException.InvalidParameter in Go's words if it is not JSON
   */
  public static JsonNode tree(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      String fault = JsonSyntax.fault(text, MAX_DEPTH);
      throw new EngineException.InvalidParameter(fault == null ? e.getOriginalMessage() : fault, e);
    }
  }

  private static EngineException syntax(byte[] bytes, IOException cause) {
    String fault = JsonSyntax.fault(new String(bytes, StandardCharsets.UTF_8), MAX_DEPTH);
    if (fault == null) {
      String own =
          cause instanceof JsonProcessingException json
              ? json.getOriginalMessage()
              : cause.getMessage();
      return new EngineException.InvalidParameter("invalid JSON: " + own, cause);
    }
    return new EngineException.InvalidParameter(
        fault.equals("EOF")
            ? "invalid JSON: got EOF while reading request body"
            : "invalid JSON: " + fault,
        cause);
  }
}
