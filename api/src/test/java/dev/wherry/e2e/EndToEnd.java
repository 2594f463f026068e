package dev.wherry.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of tests against one daemon that all such classes share. A constructor or method takes
 * the {@link DaemonUnderTest} or its {@link DockerCli} as a parameter; the image {@code busybox} is
 * there, and after each test all containers are removed; volumes without a name must be gone with
 * them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("e2e")
@Timeout(120)
@ExtendWith(DaemonExtension.class)
@interface EndToEnd {}
