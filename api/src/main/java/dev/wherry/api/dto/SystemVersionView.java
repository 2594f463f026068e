package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/** Answer of SystemVersion (Docker Engine API). */
public record SystemVersionView(
    PlatformView platform,
    List<ComponentView> components,
    String version,
    String apiVersion,
    @JsonProperty("MinAPIVersion") String minApiVersion,
    String gitCommit,
    String goVersion,
    String os,
    String arch,
    String kernelVersion,
    String buildTime) {

  /** The product's name. */
  public record PlatformView(String name) {}

  /** A program that the engine is made of. */
  public record ComponentView(String name, String version, Map<String, String> details) {}
}
