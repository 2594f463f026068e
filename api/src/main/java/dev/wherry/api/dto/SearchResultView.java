package dev.wherry.api.dto;

import com.fasterxml.jackson.annotation.JsonProperty;

/** One found image, Docker's {@code registry.SearchResult}. */
public record SearchResultView(
    @JsonProperty("star_count") int starCount,
    @JsonProperty("is_official") boolean official,
    @JsonProperty("name") String name,
    @JsonProperty("is_automated") boolean automated,
    @JsonProperty("description") String description) {}
