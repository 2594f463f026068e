package dev.wherry.api.dto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry of ImageHistory (Docker Engine API). */
public record HistoryView(
    String comment,
    long created,
    String createdBy,
    String id,
    long size,
    @Nullable List<String> tags) {}
