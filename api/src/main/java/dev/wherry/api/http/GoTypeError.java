package dev.wherry.api.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A member of the wrong type, told in the words of Go's {@code json.UnmarshalTypeError}. */
final class GoTypeError {
  private static final Map<Class<?>, String> GO_NAMES =
      Map.ofEntries(
          Map.entry(String.class, "string"),
          Map.entry(boolean.class, "bool"),
          Map.entry(Boolean.class, "bool"),
          Map.entry(int.class, "int"),
          Map.entry(Integer.class, "int"),
          Map.entry(long.class, "int64"),
          Map.entry(Long.class, "int64"));

  private GoTypeError() {}

  /** The type that should have been there; {@code null} if something else was wrong. */
  static @Nullable Class<?> wanted(JsonMappingException e) {
    if (e instanceof MismatchedInputException mismatch) {
      return mismatch.getTargetType() == null ? Object.class : mismatch.getTargetType();
    }
    return e.getCause() instanceof InputCoercionException number ? number.getTargetType() : null;
  }

  /**
   * Tells what was wrong.
   *
   * @param wanted what should have been there
   * @param parser stands at what was found
   */
  static String text(JsonMappingException e, Class<?> wanted, JsonParser parser) {
    String type = type(wanted);
    String found = "json: cannot unmarshal " + found(parser, type) + " into Go ";
    List<Reference> path =
        e.getPath().stream()
            .filter(step -> step.getFieldName() != null && !isOfMap(step.getFrom()))
            .toList();
    if (path.isEmpty()) {
      return found + "value of type " + type;
    }
    String member = path.stream().map(Reference::getFieldName).collect(Collectors.joining("."));
    return found + "struct field " + struct(path) + "." + member + " of type " + type;
  }

  /** The keys of maps are no members. */
  private static boolean isOfMap(@Nullable Object from) {
    return from instanceof Map || (from instanceof Class<?> c && Map.class.isAssignableFrom(c));
  }

  /** Go tells a number where another kind of number was wanted. */
  private static String found(JsonParser parser, String type) {
    JsonToken token = parser.currentToken();
    if (token.isNumeric() && type.startsWith("int")) {
      try {
        return "number " + parser.getText();
      } catch (IOException e) {
        return "number";
      }
    }
    return found(token);
  }

  /** Name of the innermost record on the way to the member. */
  private static String struct(List<Reference> path) {
    for (Reference step : path.reversed()) {
      Object from = step.getFrom();
      Class<?> type =
          from instanceof Class<?> known ? known : from == null ? null : from.getClass();
      if (type != null && type.isRecord()) {
        return type(type);
      }
    }
    return "Request";
  }

  private static String type(@Nullable Class<?> type) {
    if (type == null) {
      return "value";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "[]string";
    }
    if (Map.class.isAssignableFrom(type)) {
      return "map[string]string";
    }
    String name = type.getSimpleName();
    String known = GO_NAMES.get(type);
    if (known != null) {
      return known;
    }
    if (name.equals("ExecCreateRequest")) {
      return "ExecConfig";
    }
    return name.endsWith("Request") && !name.equals("CreateRequest")
        ? name.substring(0, name.length() - "Request".length())
        : name;
  }

  private static String found(JsonToken token) {
    return switch (token) {
      case START_OBJECT, END_OBJECT, FIELD_NAME -> "object";
      case START_ARRAY, END_ARRAY -> "array";
      case VALUE_STRING -> "string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number";
      case VALUE_TRUE, VALUE_FALSE -> "bool";
      case VALUE_NULL -> "null";
      case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "value";
    };
  }
}
