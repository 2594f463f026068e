package dev.wherry.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.content.Descriptor.Platform;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.store.Json;
import java.time.Instant;

/** The configuration of an image that is made from a root file system, but for its layer. */
record ImportedConfig(ImageConfig config, String comment, Platform platform, Instant created) {

  /** Applies the changes, so that a bad one is told before anything is read. */
  static ImportedConfig of(ImageStore.Import request, Instant created) {
    return new ImportedConfig(
        ImageChanges.apply(ImageConfig.EMPTY, request.changes()),
        request.message(),
        Platforms.parse(request.platform()),
        created);
  }

  /** The whole configuration as JSON (OCI image-spec, config.md). */
  byte[] with(Digest diffId) throws JsonProcessingException {
    ObjectNode node = Json.mapper().createObjectNode();
    Platforms.write(platform, node);
    node.put("comment", comment);
    node.set("config", ImageConfigJson.write(config));
    node.put("created", created.toString());
    ObjectNode step = node.putArray("history").addObject();
    step.put("created", created.toString());
    step.put("comment", comment);
    ObjectNode rootfs = node.putObject("rootfs");
    rootfs.put("type", "layers");
    rootfs.putArray("diff_ids").add(diffId.toString());
    return Json.mapper().writeValueAsBytes(node);
  }
}
