package dev.wherry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.wherry", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule arrows_point_down_only =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("api")
          .definedBy("dev.wherry.api..")
          .layer("verticles")
          .definedBy("dev.wherry.verticles..")
          .layer("engine")
          .definedBy("dev.wherry.engine..")
          .layer("config")
          .definedBy("dev.wherry.config..")
          .whereLayer("api")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("verticles")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("verticles", "api")
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("verticles", "api")
          .because("the engine is a plain library that tests and other programs can use by itself");

  @ArchTest
  static final ArchRule packages_have_no_cycles =
      slices().matching("dev.wherry.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule only_the_kernel_bindings_leave_the_virtual_machine =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.wherry.engine.linux..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.foreign..")
          .because("a wrong layout crashes the daemon: such code is kept and tested in one place");

  @ArchTest
  static final ArchRule the_engine_knows_no_event_loop =
      noClasses()
          .that()
          .resideInAPackage("dev.wherry.engine..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "io.netty..");

  @ArchTest
  static final ArchRule what_is_said_is_logged =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.wherry.api.Main")
          .and()
          // The log's own last step.
          .doNotHaveFullyQualifiedName("dev.wherry.api.DaemonLog$Line")
          .should()
          .callMethod(Throwable.class, "printStackTrace")
          .orShould()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static final ArchRule every_package_says_that_nothing_is_null_unless_marked =
      classes().should(beInANullMarkedPackage());

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package annotated with @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        events.add(
            new SimpleConditionEvent(
                type, marked, type.getPackageName() + " has no @NullMarked in package-info.java"));
      }
    };
  }
}
