package dev.wherry.api.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.e2e.RawHttp;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.lifecycle.NewContainer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerRoutesTest {
  private final RunningApi api = RunningApi.start();

  @BeforeEach
  void add() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    api.engine.containers.index.put(
        Fixtures.created(Fixtures.id("bb"), "new", "{\"Image\":\"busybox\"}"));
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  @Test
  void a_container_is_created_with_the_name_of_the_query() {
    RawHttp.Answer answer =
        api.post("/v1.50/containers/create?name=mine", "{\"Image\":\"busybox\",\"Cmd\":[\"ls\"]}");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.body())
        .isEqualTo("{\"Id\":\"" + Fixtures.id("c001") + "\",\"Warnings\":[]}\n");
    NewContainer request = api.engine.containers.requests.getFirst();
    assertThat(request.name()).isEqualTo("mine");
    assertThat(request.cmd()).containsExactly("ls");
  }

  @Test
  void an_image_that_is_not_there_is_a_404_so_that_the_command_line_pulls_it() {
    RawHttp.Answer answer = api.post("/containers/create", "{\"Image\":\"nosuch\"}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"message\":\"No such image: nosuch:latest\"}\n");
    RawHttp.Answer pull = api.post("/images/create?fromImage=nosuch&tag=latest", "");
    assertThat(pull.status()).isEqualTo(404);
    assertThat(pull.body()).contains("pull access denied for nosuch");
  }

  @ParameterizedTest
  @CsvSource({
    "/containers/new/start,204,",
    "/containers/web/start,304,",
    "/containers/nosuch/start,404,",
    "/containers/web/stop?t=5&signal=INT,204,stop web INT 5",
    "/v1.41/containers/web/stop?t=-1&signal=INT,204,stop web null -1",
    "/containers/web/restart,204,restart web null null",
    "/containers/web/kill,204,kill web SIGKILL",
    "/containers/web/kill?signal=HUP,204,kill web HUP",
    "/containers/web/pause,204,pause web",
    "/containers/web/unpause,204,unpause web",
    "/containers/web/rename?name=other,204,rename web other",
    "/containers/web/rename,400,",
    "/containers/web/resize?h=24&w=80,200,resize web 24 80",
    "/containers/web/resize,400,",
    "/containers/web/stop?t=foo,400,",
  })
  void an_action_is_asked_of_the_engine(String path, int status, String call) {
    assertThat(api.post(path, "").status()).isEqualTo(status);
    if (call != null) {
      assertThat(api.engine.containers.calls).containsExactly(call);
    }
  }

  @Test
  void a_start_with_a_host_configuration_is_refused() {
    RawHttp.Answer answer = api.post("/containers/new/start", "{\"Memory\":1}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("starting container with non-empty request body");
  }

  @ParameterizedTest
  @CsvSource({
    "?force=1&v=1,remove web true true",
    "?force=maybe,remove web true false",
    "?force=0&v=false,remove web false false",
    "'',remove web false false"
  })
  void everything_but_the_words_for_no_is_yes(String query, String call) {
    try (RawHttp http = api.connect()) {
      assertThat(http.send("DELETE", "/containers/web" + query, "").status()).isEqualTo(204);
    }
    assertThat(api.engine.containers.calls).containsExactly(call);
  }

  @Test
  void an_inspection_follows_every_change_of_the_container_and_its_execs() {
    String path = "/containers/web/json";
    assertThat(api.get(path).body())
        .contains("\"Status\":\"running\"")
        .contains("\"ExecIDs\":null");
    assertThat(api.get(path).body()).isEqualTo(api.get(path).body());
    api.post("/containers/web/exec", "{\"Cmd\":[\"ls\"]}");
    assertThat(api.get(path).body()).contains("\"ExecIDs\":[\"" + Fixtures.id("e0") + "\"]");
    api.engine.containers.index.put(
        api.engine
            .containers
            .index
            .get("web")
            .withState(
                new ContainerState.Exited(0, false, "", Fixtures.STARTED, Fixtures.STARTED)));
    assertThat(api.get(path).body()).contains("\"Status\":\"exited\"");
    assertThat(api.get(path + "?size=1").body()).contains("\"SizeRw\":12,\"SizeRootFs\":3456");
  }

  @Test
  void a_container_is_found_by_its_name_with_a_slash() {
    assertThat(api.get("/containers/%2Fweb/json").status()).isEqualTo(200);
  }

  @Test
  void top_passes_its_arguments_on() {
    assertThat(api.get("/containers/web/top?ps_args=-o%20pid,cmd").body())
        .isEqualTo("{\"Processes\":[[\"1\",\"sleep 1000\"]],\"Titles\":[\"PID\",\"CMD\"]}\n");
    api.get("/containers/web/top");
    assertThat(api.engine.containers.calls)
        .containsExactly("top web [-o, pid,cmd]", "top web [-ef]");
  }

  @Test
  void one_reading_is_an_answer_and_a_stream_of_them_is_a_line_each() {
    assertThat(api.get("/containers/web/stats?stream=0").body())
        .contains("\"name\":\"/web\"", "\"read\":\"0001-01-01T00:00:00Z\"");
    api.get("/containers/web/stats?stream=0&one-shot=1");
    assertThat(api.engine.containers.calls).containsExactly("usage web true", "usage web false");
    RawHttp.Answer both = api.get("/containers/web/stats?one-shot=1");
    assertThat(both.status()).isEqualTo(400);
    assertThat(both.body()).contains("cannot have stream=true and one-shot=true");
    assertThat(api.get("/containers/web/stats").body().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("\"name\":\"/web\""));
    assertThat(api.get("/containers/nosuch/stats?stream=0").body())
        .isEqualTo("{\"message\":\"No such container: nosuch\"}\n");
  }

  @Test
  void an_update_names_only_what_is_to_change() {
    RawHttp.Answer done =
        api.post(
            "/containers/web/update",
            "{\"CpuShares\":256,\"PidsLimit\":-1,\"Devices\":[],\"MemorySwap\":9000000,"
                + "\"RestartPolicy\":{\"Name\":\"always\"}}");
    assertThat(done.body()).isEqualTo("{\"Warnings\":null}\n");
    assertThat(api.engine.containers.calls.getFirst())
        .contains("cpuShares=256", "memory=0", "memorySwap=9000000", "pidsLimit=-1", "ALWAYS");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '|',
      value = {
        "{'Memory':-1};400;Minimum memory limit allowed is 6MB",
        "{'NanoCpus':1,'CpuQuota':2000};400;Conflicting options",
        "{'CpusetCpus':'77'};400;Requested CPUs are not available",
        "{'RestartPolicy':{'Name':'maybe'}};400;invalid restart policy: unknown policy 'maybe'",
        "{'Devices':[{}]};501;option Devices of a container that exists cannot be changed",
        "{'CgroupParent':'/x'};501;CgroupParent",
        "{'OomKillDisable':true};501;OomKillDisable",
      })
  void an_update_that_cannot_be_is_refused(String body, int status, String text) {
    RawHttp.Answer refused = api.post("/containers/web/update", body.replace('\'', '"'));
    assertThat(refused.status()).isEqualTo(status);
    assertThat(refused.body()).contains(text);
    assertThat(api.engine.containers.calls).isEmpty();
  }

  @Test
  void a_prune_removes_what_does_not_run_and_tells_it() {
    assertThat(api.post("/containers/prune", "").body())
        .isEqualTo(
            "{\"ContainersDeleted\":[\"" + Fixtures.id("bb") + "\"],\"SpaceReclaimed\":100}\n");
    assertThat(api.engine.events.told.getFirst().attributes()).containsEntry("reclaimed", "100");
    assertThat(api.post("/containers/prune", "").body())
        .isEqualTo("{\"ContainersDeleted\":null,\"SpaceReclaimed\":0}\n");
  }

  @Test
  void an_exec_is_created_inspected_and_resized() {
    String id = Fixtures.id("e0");
    RawHttp.Answer created =
        api.post(
            "/containers/web/exec",
            "{\"Cmd\":[\"sh\",\"-c\",\"exit 4\"],\"AttachStdout\":true,\"DetachKeys\":\"ctrl-a\"}");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.body()).isEqualTo("{\"Id\":\"" + id + "\"}\n");
    assertThat(api.get("/exec/" + id + "/json").body())
        .isEqualTo(
            ("{'ID':'%s','Running':false,'ExitCode':null,'ProcessConfig':{'tty':false,"
                    + "'entrypoint':'sh','arguments':['-c','exit 4'],'privileged':false},"
                    + "'OpenStdin':false,'OpenStderr':false,'OpenStdout':true,'CanRemove':false,"
                    + "'ContainerID':'%s','DetachKeys':'AQ==','Pid':0}\n")
                .replace('\'', '"')
                .formatted(id, Fixtures.id("aa")));
    assertThat(api.post("/exec/" + id + "/resize?h=1&w=2", "").status()).isEqualTo(200);
    assertThat(api.get("/exec/nosuch/json").status()).isEqualTo(404);
    assertThat(api.post("/containers/web/exec", "{\"Cmd\":[]}").body())
        .isEqualTo("{\"message\":\"No exec command specified\"}\n");
  }
}
