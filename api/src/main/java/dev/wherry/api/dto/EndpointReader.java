package dev.wherry.api.dto;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import java.io.IOException;

/**
 * Reads an endpoint of a map of them, where {@code null} stays: in dockerd the map holds pointers,
 * and one that leads nowhere is refused.
 */
final class EndpointReader extends JsonDeserializer<EndpointRequest> {
  @Override
  public EndpointRequest deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    return context.readValue(parser, EndpointRequest.class);
  }
}
