package dev.wherry.api.mapping.create;

import static dev.wherry.api.mapping.create.NewContainerMapper.text;
import static dev.wherry.api.mapping.create.Rule.isSet;

import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.dto.HostConfigRequest;
import dev.wherry.api.dto.HostConfigRequest.RestartPolicyRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Json;
import dev.wherry.engine.container.ContainerUpdate;
import dev.wherry.engine.container.RestartPolicy;
import dev.wherry.engine.error.EngineException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From an update request to a change: the rules of limits hold as at create, and what cannot be
 * changed of a container that exists is refused by name.
 */
public final class UpdateRequestRules {
  private static final CreateRequest NO_REQUEST =
      Objects.requireNonNull(Json.read(Buffer.buffer("{}"), Json.shape(CreateRequest.class)));

  private static final List<Rule> RULES =
      Stream.concat(
              ResourceRules.ALL.stream(),
              Stream.of(ConfigRules.RESTART_POLICY, UnsupportedRules.KERNEL_MEMORY))
          .toList();

  private final CreateDefaults defaults;

  public UpdateRequestRules(CreateDefaults defaults) {
    this.defaults = defaults;
  }

  /**
   * What a request came to.
   *
   * @param warnings {@code null} for none
   */
  public record Accepted(ContainerUpdate change, @Nullable List<String> warnings) {}

  /**
   * Checks and maps a request.
   *
   * @param request the body, {@code null} for the JSON {@code null}
   * @param version the API version that the client speaks
   * @throws EngineException.InvalidParameter for a value that is wrong
   * @throws EngineException.NotImplemented naming an option that cannot be changed
   */
  public Accepted accept(@Nullable HostConfigRequest request, ApiVersion version) {
    HostConfigRequest host = request == null ? CreateRequestRules.NO_HOST : request;
    var warnings = new ArrayList<String>();
    var subject = new Rule.Case(NO_REQUEST, host, defaults, warnings);
    for (Rule rule : RULES) {
      if (rule.holdsFor(version)) {
        rule.check().check(subject);
      }
    }
    refuseFixed(host);
    return new Accepted(change(host, version), warnings.isEmpty() ? null : warnings);
  }

  private ContainerUpdate change(HostConfigRequest host, ApiVersion version) {
    return new ContainerUpdate(
        host.cpuShares(),
        host.memory(),
        host.memorySwap(),
        host.memoryReservation(),
        host.nanoCpus(),
        host.cpuPeriod(),
        host.cpuQuota(),
        text(host.cpusetCpus()),
        text(host.cpusetMems()),
        defaults.blockIoWeights() ? host.blkioWeight() : 0,
        // Before 1.40 clients sent a 0 that meant nothing.
        version.atLeast(1, 40) ? host.pidsLimit() : null,
        policy(host.restartPolicy()));
  }

  private static @Nullable RestartPolicy policy(@Nullable RestartPolicyRequest policy) {
    return policy == null || !isSet(policy.name()) ? null : HostConfigMapper.restartPolicy(policy);
  }

  /** The other limits of the API. */
  private static void refuseFixed(HostConfigRequest host) {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("CgroupParent", isSet(host.cgroupParent()));
    given.put("BlkioWeightDevice", isFilled(host.blkioWeightDevice()));
    given.put("BlkioDeviceReadBps", isFilled(host.blkioDeviceReadBps()));
    given.put("BlkioDeviceWriteBps", isFilled(host.blkioDeviceWriteBps()));
    given.put("BlkioDeviceReadIOps", isFilled(host.blkioDeviceReadIops()));
    given.put("BlkioDeviceWriteIOps", isFilled(host.blkioDeviceWriteIops()));
    given.put("CpuRealtimePeriod", host.cpuRealtimePeriod() != 0);
    given.put("CpuRealtimeRuntime", host.cpuRealtimeRuntime() != 0);
    given.put("Devices", isFilled(host.devices()));
    given.put("DeviceCgroupRules", isFilled(host.deviceCgroupRules()));
    given.put("DeviceRequests", isFilled(host.deviceRequests()));
    given.put("MemorySwappiness", isSwappinessSet(host.memorySwappiness()));
    given.put("OomKillDisable", Boolean.TRUE.equals(host.oomKillDisable()));
    given.put("Ulimits", isFilled(host.ulimits()));
    given.forEach(
        (option, isGiven) -> {
          if (isGiven) {
            throw new EngineException.NotImplemented(
                "option " + option + " of a container that exists cannot be changed");
          }
        });
  }

  /** The command line sends -1 for "not given". */
  private static boolean isSwappinessSet(@Nullable Long swappiness) {
    return swappiness != null && swappiness != -1;
  }

  private static boolean isFilled(@Nullable Collection<?> list) {
    return list != null && !list.isEmpty();
  }
}
