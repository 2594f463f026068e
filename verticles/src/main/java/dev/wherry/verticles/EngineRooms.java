package dev.wherry.verticles;

import dev.wherry.engine.contents.ContainerContents;
import dev.wherry.engine.event.Journal;
import dev.wherry.engine.image.ImageStore;
import dev.wherry.engine.lifecycle.ContainerLifecycle;
import dev.wherry.engine.lifecycle.ExecLifecycle;
import dev.wherry.engine.log.LogChanges;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.volume.VolumeStore;

/** The rooms of the engine, open. */
record EngineRooms(
    Journal journal,
    ImageStore images,
    NetworkManager networks,
    VolumeStore volumes,
    ContainerLifecycle containers,
    ExecLifecycle execs,
    ContainerContents contents,
    LogChanges logChanges,
    EngineInfo info) {}
