package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.Rule.isSet;
import static dev.wherry.api.mapping.create.Rule.refuseIf;
import static dev.wherry.api.mapping.create.Rule.rule;
import static dev.wherry.api.mapping.create.Rule.since;

import dev.wherry.api.dto.HealthcheckRequest;
import dev.wherry.api.dto.HostConfigRequest.LogConfigRequest;
import dev.wherry.api.dto.HostConfigRequest.RestartPolicyRequest;
import dev.wherry.engine.container.SignalNumber;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.forward.SyslogOptions;
import dev.wherry.engine.log.LogDriver;
import dev.wherry.engine.log.LogPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules of the portable part of the configuration, and of how the container is run. */
final class ConfigRules {
  private static final long MILLISECOND = 1_000_000;

  static final Rule RESTART_POLICY =
      rule("restart policy", c -> restartPolicy(c.host().restartPolicy()));

  static final List<Rule> ALL =
      List.of(
          rule("environment variables have a name", c -> environment(c.request().env())),
          rule("healthcheck times", c -> healthcheck(c.request().healthcheck())),
          rule("working directory is absolute", c -> workingDirectory(c.request().workingDir())),
          rule("stop signal exists", c -> stopSignal(c.request().stopSignal())),
          rule("extra hosts", c -> extraHosts(c.host().extraHosts())),
          since(
              1,
              43,
              "annotations have a name",
              c ->
                  refuseIf(
                      c.host().annotations() != null && c.host().annotations().containsKey(""),
                      "invalid Annotations: the empty string is not permitted as an annotation"
                          + " key")),
          RESTART_POLICY,
          rule(
              "a container that is to be removed is not to be restarted",
              c ->
                  refuseIf(
                      c.host().autoRemove() && isRestarted(c.host().restartPolicy()),
                      "can't create 'AutoRemove' container with restart policy")),
          rule("log driver", c -> logDriver(c.host().logConfig())));

  private ConfigRules() {}

  private static void environment(@Nullable List<String> variables) {
    if (variables != null) {
      for (String variable : variables) {
        refuseIf(
            variable.isEmpty() || variable.startsWith("="),
            "invalid environment variable: " + variable);
      }
    }
  }

  private static void healthcheck(@Nullable HealthcheckRequest check) {
    if (check != null) {
      atLeastMillisecond(check.interval(), "Interval");
      atLeastMillisecond(check.timeout(), "Timeout");
      refuseIf(check.retries() < 0, "Retries in Healthcheck cannot be negative");
      atLeastMillisecond(check.startPeriod(), "StartPeriod");
      atLeastMillisecond(check.startInterval(), "StartInterval");
    }
  }

  private static void atLeastMillisecond(long nanos, String member) {
    refuseIf(nanos != 0 && nanos < MILLISECOND, member + " in Healthcheck cannot be less than 1ms");
  }

  private static void workingDirectory(@Nullable String directory) {
    refuseIf(
        directory != null && !directory.isEmpty() && !directory.startsWith("/"),
        "the working directory '" + directory + "' is invalid, it needs to be an absolute path");
  }

  private static void stopSignal(@Nullable String signal) {
    if (signal != null && !signal.isEmpty()) {
      SignalNumber.parse(signal);
    }
  }

  private static void extraHosts(@Nullable List<String> hosts) {
    if (hosts == null) {
      return;
    }
    for (String host : hosts) {
      int colon = host.indexOf(':');
      refuseIf(
          colon < 1 || colon == host.length() - 1, "bad format for add-host: \"" + host + "\"");
      String address = host.substring(colon + 1);
      refuseIf(
          !address.equals("host-gateway") && !Addresses.isLiteral(address),
          "invalid IP address in add-host: \"" + address + "\"");
    }
  }

  private static void restartPolicy(@Nullable RestartPolicyRequest policy) {
    String name = policy == null ? null : policy.name();
    if (policy == null) {
      return;
    }
    switch (name == null ? "" : name) {
      case "", "always", "unless-stopped", "no" ->
          refuseIf(
              policy.maximumRetryCount() != 0,
              "invalid restart policy: maximum retry count can only be used with 'on-failure'"
                  + (policy.maximumRetryCount() < 0 ? " and cannot be negative" : ""));
      case "on-failure" ->
          refuseIf(
              policy.maximumRetryCount() < 0,
              "invalid restart policy: maximum retry count cannot be negative");
      default ->
          throw new EngineException.InvalidParameter(
              "invalid restart policy: unknown policy '"
                  + name
                  + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
    }
  }

  private static boolean isRestarted(@Nullable RestartPolicyRequest policy) {
    return policy != null && isSet(policy.name()) && !"no".equals(policy.name());
  }

  private static void logDriver(@Nullable LogConfigRequest log) {
    if (log == null) {
      return;
    }
    LogDriver driver = LogDriver.of(log.type() == null ? "" : log.type());
    if (log.config() != null) {
      log.config().keySet().forEach(driver::checkOption);
      if (driver != LogDriver.NONE) {
        LogPolicy.checkMode(log.config());
      }
      if (driver == LogDriver.SYSLOG) {
        SyslogOptions.of(log.config());
      }
    }
  }
}
