package dev.wherry.verticles;

import dev.wherry.verticles.container.Containers;
import dev.wherry.verticles.container.Contents;
import dev.wherry.verticles.container.Execs;
import dev.wherry.verticles.event.Events;
import dev.wherry.verticles.image.Images;
import dev.wherry.verticles.network.Networks;
import dev.wherry.verticles.volume.Volumes;

/** All that the API may ask of the engine. */
public record EngineClients(
    Containers containers,
    Execs execs,
    Contents contents,
    Images images,
    Networks networks,
    Volumes volumes,
    Events events,
    EngineInfo info) {}
