package dev.wherry.engine.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The one way our own documents become JSON and back: by their record components, and by nothing
 * else, so that a method added to a record never changes what is on disk.
 *
 * <ul>
 *   <li>A member the reader does not know is ignored; a text, list, set or map that the document
 *       lacks reads as empty unless its component is {@code @Nullable}. So documents of an older or
 *       newer version are read.
 *   <li>A value of a sealed type carries the simple name of its record in the member {@code kind}.
 *   <li>An {@link Instant} is RFC 3339 text with all its nanoseconds.
 * </ul>
 */
public final class Json {
  /** Deep enough for every document of ours, and far from what exhausts a thread's stack. */
  private static final int MAX_NESTING = 200;

  private static final JsonMapper MAPPER = build();

  private Json() {}

  /** The mapper; immutable by convention and safe to share. */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  /** What is wrong with a document that somebody else wrote, in a few words. */
  public static String complaint(JsonProcessingException error) {
    return error instanceof JsonEOFException
        ? "unexpected end of JSON input"
        : error.getOriginalMessage();
  }

  private static JsonMapper build() {
    SimpleModule module = new SimpleModule("wherry");
    module.addSerializer(new InstantSerializer());
    module.addDeserializer(Instant.class, new InstantDeserializer());
    module.addAbstractTypeMapping(Set.class, LinkedHashSet.class);
    JsonMapper mapper =
        JsonMapper.builder()
            .annotationIntrospector(new RecordIntrospector())
            .addModule(module)
            .visibility(PropertyAccessor.GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.INFER_PROPERTY_MUTATORS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build());
    return mapper;
  }

  private static final class InstantSerializer extends StdSerializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantSerializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.toString());
    }
  }

  private static final class InstantDeserializer extends StdDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantDeserializer() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String text = in.getValueAsString("");
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        return (Instant)
            context.handleWeirdStringValue(Instant.class, text, "not an RFC 3339 time");
      }
    }
  }
}
