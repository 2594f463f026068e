package dev.wherry.verticles.bus;

/** The event bus addresses, one for each verticle that takes commands. */
public final class Addresses {
  public static final String CONTAINER = "wherry.container";
  public static final String EXEC = "wherry.exec";
  public static final String CONTENTS = "wherry.contents";
  public static final String IMAGE = "wherry.image";
  public static final String NETWORK = "wherry.network";
  public static final String VOLUME = "wherry.volume";

  private Addresses() {}
}
