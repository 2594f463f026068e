package dev.wherry.verticles.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.wherry.engine.error.EngineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandsTest {
  private sealed interface Question<R> extends Command<R> {
    record Echo(Object value) implements Question<Object> {}

    record Fail(RuntimeException how) implements Question<Void> {}

    record Throw(RuntimeException what) implements Question<Void> {}
  }

  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void serve() {
    LocalCodec.register(vertx.eventBus());
    Commands.serve(vertx, "test", Question.class, CommandsTest::answer);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static Future<?> answer(Question<?> question) {
    return switch (question) {
      case Question.Echo echo -> Future.succeededFuture(echo.value());
      case Question.Fail fail -> Future.failedFuture(fail.how());
      case Question.Throw thrown -> throw thrown.what();
    };
  }

  @Test
  void an_answer_is_the_very_object_that_was_given() {
    Object value = List.of(new Object());
    assertThat(Commands.ask(vertx, "test", new Question.Echo(value)).await()).isSameAs(value);
  }

  @Test
  void an_engine_exception_arrives_as_it_was_thrown() {
    EngineException conflict = new EngineException.Conflict("in use");
    assertThat(catchThrowable(Commands.ask(vertx, "test", new Question.Fail(conflict))::await))
        .isSameAs(conflict);
    assertThat(catchThrowable(Commands.ask(vertx, "test", new Question.Throw(conflict))::await))
        .isSameAs(conflict);
  }

  @Test
  void anything_else_thrown_arrives_as_our_own_fault_with_its_cause() {
    RuntimeException bug = new IllegalStateException("bug");
    assertThat(catchThrowable(Commands.ask(vertx, "test", new Question.Fail(bug))::await))
        .isInstanceOf(EngineException.Internal.class)
        .hasMessage("bug")
        .hasCause(bug);
  }

  @Test
  void without_a_verticle_the_engine_is_unavailable() {
    assertThat(catchThrowable(Commands.ask(vertx, "nobody", new Question.Echo(1))::await))
        .isInstanceOf(EngineException.Unavailable.class);
  }

  @Test
  void the_outcome_is_told_on_the_callers_context() {
    ContextInternal caller = Contexts.fresh(vertx);
    Promise<Context> told = Promise.promise();
    caller.runOnContext(
        ignored ->
            Commands.ask(vertx, "test", new Question.Echo(1))
                .onComplete(done -> told.complete(Vertx.currentContext())));
    assertThat(told.future().await()).isSameAs(caller);
  }
}
