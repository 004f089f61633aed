package io.dcd.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLoaderTest {
    @TempDir
    private Path directory;

    @Test
    void everyDefaultBelongsToOneComponentAndViceVersa() {
        Settings settings = new SettingsLoader().load();
        Set<String> components = new TreeSet<>();
        for (RecordComponent section : Settings.class.getRecordComponents()) {
            if (section.getType().isRecord()) {
                for (RecordComponent component : section.getType().getRecordComponents()) {
                    components.add(section.getName() + "." + ConfigRecords.key(component.getName()));
                }
            }
        }
        Set<String> defaults = new TreeSet<>();
        settings.source().entrySet().forEach(entry -> defaults.add(entry.getKey()));
        assertThat(components).isEqualTo(defaults);
    }

    @Test
    void laterLayersWin() throws IOException {
        Path file = directory.resolve("small.conf");
        Files.writeString(file, "training { epochs = 7, batch = 16 }\ndata.image-size = 64\n");
        Settings settings = new SettingsLoader()
                .file(file)
                .assignment("training.batch=32")
                .value("network.name", "resnet18")
                .load();
        assertThat(settings.training().epochs()).isEqualTo(7);
        assertThat(settings.training().batch()).isEqualTo(32);
        assertThat(settings.data().imageSize()).isEqualTo(64);
        assertThat(settings.network().name()).isEqualTo("resnet18");
    }

    @Test
    void aVariantBecomesTheNameOfANetwork() {
        SettingsLoader loader = new SettingsLoader()
                .text("network { base = mobilenetv2-x0.5-dcd, dcd { blocks = 4, places = [pw] } }", "variant.conf");
        Settings settings = loader.load();
        assertThat(settings.network().name()).isEqualTo("mobilenetv2-x0.5-dcd:places=pw,blocks=4");
        assertThat(settings.identity()).containsKey("network.name").doesNotContainKeys("network.base");
        assertThat(new SettingsLoader().text(settings.render(), "config.conf").load())
                .isEqualTo(settings);
        assertThat(loader.assignment("network.dcd.blocks=2").load().network().name())
                .isEqualTo("mobilenetv2-x0.5-dcd:places=pw,blocks=2");
        assertThat(loader.value("network.name", "resnet18-static")
                        .load()
                        .network()
                        .name())
                .isEqualTo("resnet18-static");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ base = resnet18-dyconv, dcd.blocks = 2 } | network.dcd.blocks has no meaning for resnet18-dyconv",
                "{ base = resnet18-dcd, name = resnet18-static } | network.name and network.base exclude each other",
                "{ base = resnet18-dcd, dcd.block = 2 } | unknown setting network.dcd.block; did you mean network.dcd.blocks?",
                "{ base = mobilenetv2-x0.5-dcd, dcd.blocks = 3 } | blocks=3 does not divide the 8 and 48 channels of block2-expand",
            })
    void impossibleVariantsAreRefused(String network, String message) {
        assertThatThrownBy(() -> new SettingsLoader()
                        .text("network " + network, "variant.conf")
                        .load())
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "network.name=mobilenetv2-x0.5-dcd:blocks=4,form=plain",
                "network.name = \"mobilenetv2-x0.5-dcd:blocks=4,form=plain\"",
            })
    void aNameWithOptionsNeedsNoQuotes(String assignment) {
        assertThat(new SettingsLoader().assignment(assignment).load().network().name())
                .isEqualTo("mobilenetv2-x0.5-dcd:blocks=4,form=plain");
    }

    @Test
    void theStemsStrideIsSettledByTheFirstImageSize() {
        Settings small = new SettingsLoader().assignment("data.image-size=64").load();
        assertThat(small.network().stemStride()).isEqualTo(1);
        assertThat(new SettingsLoader().load().network().stemStride()).isEqualTo(2);
        assertThat(new SettingsLoader()
                        .text(small.render(), "config.conf")
                        .assignment("data.image-size=96")
                        .load()
                        .network()
                        .stemStride())
                .as("a run keeps the stride that it began with")
                .isEqualTo(1);
    }

    @Test
    void renderedSettingsReadBackAsTheSame() {
        Settings settings = new SettingsLoader()
                .assignment("training.schedule=step")
                .assignment("training.learning-rate=1e-3")
                .load();
        Settings again =
                new SettingsLoader().text(settings.render(), "config.conf").load();
        assertThat(again).isEqualTo(settings);
        assertThat(again.identity()).isEqualTo(settings.identity());
    }

    @Test
    void identityHoldsWhatDecidesTheNetworkAlone() {
        Settings settings = new SettingsLoader().load();
        assertThat(settings.identity())
                .containsKeys("network.name", "training.seed", "data.image-size")
                .doesNotContainKeys("training.limit-rounds", "data.decode-threads", "engine.threads");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.epoch=3 | unknown setting training.epoch; did you mean training.epochs?",
                "trainig.batch=3 | unknown setting trainig.batch; did you mean training.batch?",
                "network=resnet | unknown setting network",
                "epochs=3 | unknown setting epochs; did you mean training.epochs?",
                "imagesize=64 | unknown setting imagesize; did you mean data.image-size?",
                "training.epochs=many | training.epochs must be a whole number, got many",
                "training.epochs=2.5 | training.epochs must be a whole number, got 2.5",
                "training.epochs=0 | training.epochs must be at least 1, got 0",
                "training.epochs=null | training.epochs",
                "training.schedule=linear | training.schedule must be one of cosine, step, constant, got linear",
                "training.decay-biases=maybe | training.decay-biases must be true or false, got maybe",
                "training.learning-rate=-1 | training.learning-rate must be positive, got -1.0",
                "training.attention-temperature=0.5 | training.attention-temperature must be at least 1, got 0.5",
                "data.image-size=${nothing} | cannot be resolved",
                "training.epochs | an assignment must read key=value, got training.epochs",
                "training.epochs=[ | is not HOCON",
            })
    void namesWhatIsWrong(String assignment, String message) {
        assertThatThrownBy(() -> new SettingsLoader().assignment(assignment).load())
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @FieldSource("io.dcd.settings.SettingsLoader#RECIPES")
    void everyRecipeIsSound(String recipe) {
        Settings settings = new SettingsLoader().recipe(recipe).load();
        assertThat(settings.training().referenceBatch()).isIn(256, 512);
        assertThat(new SettingsLoader()
                        .recipe(recipe)
                        .assignment("training.epochs=3")
                        .load()
                        .training()
                        .epochs())
                .as("the user's settings win")
                .isEqualTo(3);
    }

    @Test
    void recipesBuildOnEachOther() {
        TrainingSettings recipe =
                new SettingsLoader().recipe("resnet50-reference").load().training();
        assertThat(recipe.schedule()).isEqualTo(TrainingSettings.Schedule.STEP);
        assertThat(recipe.weightDecay()).isEqualTo(1e-4);
        assertThat(recipe.epochs()).isEqualTo(120);
        assertThat(recipe.mixup(100)).isEqualTo(0.2);
    }

    @Test
    void mixupRises() {
        TrainingSettings recipe =
                new SettingsLoader().recipe("mobilenetv2-x1.0-reference").load().training();
        assertThat(recipe.mixup(0)).isEqualTo(0);
        assertThat(recipe.mixup(50)).isEqualTo(0.1);
        assertThat(recipe.mixup(250)).isEqualTo(0.2);
    }

    @Test
    void namesAnUnknownRecipe() {
        assertThatThrownBy(() -> new SettingsLoader().recipe("vgg"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("unknown recipe vgg; there are mobilenetv2,");
    }

    @Test
    void namesAMissingFile() {
        Path missing = directory.resolve("missing.conf");
        assertThatThrownBy(() -> new SettingsLoader().file(missing))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(missing.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "include \"other.conf\"",
                "include file(\"/etc/hostname\")",
                "include required(file(\"/etc/hostname\"))",
                "include url(\"http://localhost:1/x.conf\")",
                "include classpath(\"reference.conf\")",
            })
    void settingsOfARunDirectoryIncludeNothing(String text) {
        assertThatThrownBy(() -> new SettingsLoader().text(text, "config.conf"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("config.conf includes ");
    }
}
