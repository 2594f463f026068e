package dev.wherry.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.layer.PendingLayer;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configuration of an image that is made of another one and a layer. */
final class CommittedConfig {
  /** The archive without members, 1024 zeros: dockerd makes no layer of it. */
  private static final Digest EMPTY_LAYER = Digest.sha256(new byte[1024]);

  /** What a configuration has of the machine it is for, taken over from the base. */
  private static final List<String> MACHINE =
      List.of("architecture", "variant", "os", "os.version", "os.features");

  private CommittedConfig() {}

  /**
   * The image that a commit makes.
   *
   * @param base {@code null} for none
   */
  static NewImage image(
      ImageStore.Commit commit, ImageExport.@Nullable Held base, PendingLayer layer, Instant now)
      throws IOException {
    List<Digest> below = base == null ? List.of() : base.document().diffIds();
    boolean empty = layer.unpacked().diffId().equals(EMPTY_LAYER);
    JsonNode old = Json.mapper().readTree(base == null ? new byte[] {'{', '}'} : base.config());
    ObjectNode node = machine(old, base == null);
    node.put("author", commit.author());
    node.put("comment", commit.comment());
    node.set("config", ImageConfigJson.write(commit.config()));
    node.put("created", now.toString());
    ArrayNode history = node.putArray("history");
    old.path("history").forEach(history::add);
    addStep(history, commit, now, empty);
    ObjectNode rootfs = node.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode diffIds = rootfs.putArray("diff_ids");
    below.forEach(diffId -> diffIds.add(diffId.toString()));
    if (!empty) {
      diffIds.add(layer.unpacked().diffId().toString());
    }
    return NewImage.of(
        Json.mapper().writeValueAsBytes(node),
        below,
        empty ? null : layer,
        base == null ? "" : base.document().image().id());
  }

  private static ObjectNode machine(JsonNode old, boolean fresh) {
    ObjectNode node = Json.mapper().createObjectNode();
    if (fresh) {
      Platforms.write(Platforms.host(), node);
    } else {
      MACHINE.stream().filter(old::has).forEach(member -> node.set(member, old.get(member)));
    }
    return node;
  }

  private static void addStep(
      ArrayNode history, ImageStore.Commit commit, Instant now, boolean empty) {
    ObjectNode step = history.addObject();
    step.put("created", now.toString());
    putText(step, "author", commit.author());
    putText(step, "created_by", commit.createdBy());
    putText(step, "comment", commit.comment());
    if (empty) {
      step.put("empty_layer", true);
    }
  }

  private static void putText(ObjectNode step, String member, String text) {
    if (!text.isEmpty()) {
      step.put(member, text);
    }
  }
}
