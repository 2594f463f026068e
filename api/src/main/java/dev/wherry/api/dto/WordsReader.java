package dev.wherry.api.dto;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a list of words that may also be given as one string (Go's {@code strslice.StrSlice}). */
final class WordsReader extends JsonDeserializer<@Nullable List<String>> {
  @Override
  public @Nullable List<String> deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return List.of(parser.getText());
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      context.handleUnexpectedToken(String.class, parser);
      return null;
    }
    var words = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        words.add("");
        continue;
      }
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        context.handleUnexpectedToken(String.class, parser);
      }
      words.add(parser.getText());
    }
    return words;
  }
}
