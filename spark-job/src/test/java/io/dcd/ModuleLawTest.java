package io.dcd;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Which package may see what. A class of this module's test path sees the classes of all modules. */
class ModuleLawTest {
    private static final String SPARK = "org.apache.spark..";
    private static final String DL4J_SPARK = "org.deeplearning4j.spark..";

    private static JavaClasses classes;

    /** Package that alone may see a library, by the library's package. */
    static final List<Map.Entry<String, String>> SOLE_USERS = List.of(
            Map.entry(DL4J_SPARK, "io.dcd.train.averaging.."),
            Map.entry("org.bytedeco.dnnl..", "io.dcd.engine.backend.onednn.."),
            Map.entry("onnx..", "io.dcd.model.onnx.."),
            Map.entry("org.bytedeco.opencv..", "io.dcd.data.."),
            Map.entry("org.tensorflow..", "io.dcd.events.."),
            Map.entry("picocli..", "io.dcd.cli.."));

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.dcd");
    }

    @Test
    void modelKnowsNoSpark() {
        check(noClasses()
                .that()
                .resideInAnyPackage("io.dcd.model..", "io.dcd.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SPARK, DL4J_SPARK, "org.apache.hadoop..", "io.dcd.data..", "io.dcd.train.."));
    }

    @Test
    void dataPreparationKnowsNoNetwork() {
        check(noClasses()
                .that()
                .resideInAPackage("io.dcd.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.deeplearning4j..", "org.nd4j..", "io.dcd.model..", "io.dcd.engine..", "io.dcd.train.."));
    }

    @Test
    void engineKnowsNoLayerDefinition() {
        check(noClasses()
                .that()
                .resideInAPackage("io.dcd.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.dcd.model.."));
    }

    @ParameterizedTest
    @FieldSource("SOLE_USERS")
    void libraryHasOneUser(Map.Entry<String, String> rule) {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(rule.getValue())
                .should()
                .dependOnClassesThat()
                .resideInAPackage(rule.getKey()));
    }

    @Test
    void onlyTheCommandLineWritesToTheConsole() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.dcd.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err"));
    }

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("io.dcd.(**)")
                .should()
                .beFreeOfCycles()
                // Backends names its implementations, which implement what lies beside it.
                .ignoreDependency(
                        resideInAPackage("io.dcd.engine.backend"), resideInAPackage("io.dcd.engine.backend.*"))
                // A graph lists operations, whose operands are tensors of a graph: one vocabulary in two packages.
                .ignoreDependency(
                        resideInAPackage("io.dcd.engine.graph"), resideInAPackage("io.dcd.engine.operation")));
    }

    private static void check(ArchRule rule) {
        rule.check(classes);
    }
}
