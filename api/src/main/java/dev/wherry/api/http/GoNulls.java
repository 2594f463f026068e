package dev.wherry.api.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A {@code null} in a list or map is, as in Go, the empty text or the object without members, so
 * that no list has holes. A member that is {@code null} stays what an absent one is, but for texts,
 * which are empty.
 */
final class GoNulls {
  private GoNulls() {}

  static SimpleModule module() {
    var module = new SimpleModule();
    module.addDeserializer(String.class, new Text());
    module.setDeserializerModifier(
        new BeanDeserializerModifier() {
          @Override
          public JsonDeserializer<?> modifyDeserializer(
              DeserializationConfig config,
              BeanDescription description,
              JsonDeserializer<?> deserializer) {
            return description.getBeanClass().isRecord()
                ? new Item(deserializer, false)
                : deserializer;
          }
        });
    return module;
  }

  private static final class Text extends StringDeserializer {
    @Override
    public String getNullValue(DeserializationContext context) {
      return "";
    }

    @Override
    @SuppressWarnings("NullAway") // Jackson has no annotations.
    public @Nullable Object getAbsentValue(DeserializationContext context) {
      return null;
    }
  }

  private static final class Item extends DelegatingDeserializer {
    private final boolean contained;

    Item(JsonDeserializer<?> record, boolean contained) {
      super(record);
      this.contained = contained;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> record) {
      return new Item(record, contained);
    }

    @Override
    public JsonDeserializer<?> createContextual(
        DeserializationContext context, @Nullable BeanProperty property)
        throws JsonMappingException {
      JsonDeserializer<?> record =
          context.handleSecondaryContextualization(
              _delegatee, property, context.constructType(_delegatee.handledType()));
      return new Item(record, property != null && property.getType().isContainerType());
    }

    @Override
    @SuppressWarnings("NullAway") // Jackson has no annotations.
    public @Nullable Object getNullValue(DeserializationContext context)
        throws JsonMappingException {
      if (!contained) {
        return null;
      }
      try (JsonParser empty = context.getParser().getCodec().getFactory().createParser("{}")) {
        empty.nextToken();
        return _delegatee.deserialize(empty, context);
      } catch (IOException e) {
        throw JsonMappingException.fromUnexpectedIOE(e);
      }
    }
  }
}
