package io.dcd.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.settings.TrainingSettings.Schedule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipes, resolved, against the table of the paper and of its published code. */
class RecipeTest {
    @ParameterizedTest
    @CsvSource({
        // batch, epochs, rate, schedule, decay, dropout, smoothing, mixup, its ramp. Where the paper's dropout rate is
        // lost, ours.
        "resnet,                     256, 100, 0.1,  STEP,   1e-4, 0.0, 0.0, 0.0, 0",
        "resnet50-reference,         256, 120, 0.1,  STEP,   1e-4, 0.1, 0.1, 0.2, 100",
        "mobilenetv2,                256, 300, 0.05, COSINE, 2e-5, 0.1, 0.0, 0.0, 0",
        "mobilenetv2-x1.0-reference, 512, 300, 0.1,  COSINE, 2e-5, 0.2, 0.1, 0.2, 100",
    })
    void recipeIsAsPublished(
            String name,
            int batch,
            int epochs,
            double rate,
            Schedule schedule,
            double decay,
            double dropout,
            double smoothing,
            double mixup,
            int ramp) {
        Settings settings = new SettingsLoader().recipe(name).load();
        TrainingSettings training = settings.training();
        assertThat(training.referenceBatch()).isEqualTo(batch);
        assertThat(training.epochs()).isEqualTo(epochs);
        assertThat(training.learningRate()).isEqualTo(rate);
        assertThat(training.schedule()).isEqualTo(schedule);
        assertThat(training.stepEpochs()).isEqualTo(30);
        assertThat(training.stepFactor()).isEqualTo(0.1);
        assertThat(training.warmUpEpochs()).isZero();
        assertThat(training.weightDecay()).isEqualTo(decay);
        assertThat(training.decayBiases())
                .as("coupled decay on every parameter")
                .isTrue();
        assertThat(training.momentum()).isEqualTo(0.9);
        assertThat(training.clipNorm()).as("no clipping").isZero();
        assertThat(training.labelSmoothing()).isEqualTo(smoothing);
        assertThat(training.mixup(epochs)).isEqualTo(mixup);
        assertThat(training.mixupRampEpochs()).isEqualTo(ramp);
        assertThat(settings.network().dropout()).isEqualTo(dropout);
        assertThat(settings.data().imageSize()).isEqualTo(224);
        assertThat(settings.augmentation()).isEqualTo(new AugmentationSettings(0.08, 0, 0, 0));
    }

    @Test
    void ratesOfTheReferenceBatchAreThosePublished() {
        for (String recipe : SettingsLoader.RECIPES) {
            TrainingSettings published =
                    new SettingsLoader().recipe(recipe).load().training();
            int batch = published.referenceBatch();
            TrainingSettings four = new SettingsLoader()
                    .recipe(recipe)
                    .assignment("training.workers=4")
                    .assignment("training.batch=" + batch / 4)
                    .load()
                    .training();
            assertThat(four.peakLearningRate()).isEqualTo(published.learningRate());
        }
    }

    @Test
    void everyRecipeIsInTheTable() {
        assertThat(SettingsLoader.RECIPES)
                .containsExactlyInAnyOrderElementsOf(
                        List.of("resnet", "resnet50-reference", "mobilenetv2", "mobilenetv2-x1.0-reference"));
    }
}
