package io.dcd.cli;

import io.dcd.evaluate.EvaluationReport;
import io.dcd.train.DivergedException;
import io.dcd.train.RoundReport;
import io.dcd.train.TrainingListener;
import io.dcd.train.checkpoint.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a run on standard error: a live line for each epoch on a terminal, a plain line for each round elsewhere. */
final class ConsoleTrainingListener implements TrainingListener, AutoCloseable {
    /** How much the last round counts in the mean of the last ones. */
    private static final double RECENT_SHARE = 0.25;

    private final PrintWriter err;
    private final boolean terminal = System.console() != null;
    private Start start;
    private ProgressBar bar;
    private double secondsPerStep;

    ConsoleTrainingListener(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void started(Start begun) {
        start = begun;
        print(
                "%s: %,d parameters, %d classes; %,d images, %d workers × batch %d, %d epochs of %d rounds",
                start.network(),
                start.parameters(),
                start.classes(),
                start.plan().samples(),
                start.plan().workers(),
                start.plan().batch(),
                start.epochs(),
                start.rounds(start.epochs() - 1));
        if (!start.progress().equals(Progress.START)) {
            print(
                    "resuming after epoch %d, round %d (step %d)",
                    start.progress().epoch(),
                    start.progress().round(),
                    start.progress().step());
        }
    }

    @Override
    public void trained(RoundReport round) {
        String readings = String.format(
                Locale.ROOT,
                "loss %.4f, rate %.3g, %.0f images/s, %s left",
                round.loss(),
                round.learningRate(),
                round.imagesPerSecond(),
                left(round));
        if (!terminal) {
            print(
                    "epoch %d/%d, round %d/%d: %s",
                    round.epoch() + 1, start.epochs(), round.round() + 1, start.rounds(round.epoch()), readings);
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("epoch %d/%d".formatted(round.epoch() + 1, start.epochs()))
                    .setInitialMax(start.rounds(round.epoch()))
                    .setStyle(ProgressBarStyle.ASCII)
                    .startsFrom(round.round(), Duration.ZERO)
                    .build();
        }
        bar.stepTo(round.round() + 1);
        bar.setExtraMessage(readings);
        if (round.round() + 1 == start.rounds(round.epoch())) {
            endBar();
        }
    }

    @Override
    public void evaluated(Progress progress, EvaluationReport report) {
        endBar();
        print(
                "step %d, %.2f epochs: top-1 %.2f %%, top-5 %.2f %%, loss %.4f on %,d validation images in %.1f s",
                progress.step(),
                progress.epoch() + (double) progress.round() / start.rounds(progress.epoch()),
                report.top1(),
                report.top5(),
                report.loss(),
                report.counts().images(),
                report.seconds());
    }

    @Override
    public void saved(Progress progress) {
        if (bar == null) {
            print("saved step %d", progress.step());
        }
    }

    @Override
    public void rolledBack(Progress progress, DivergedException reason) {
        endBar();
        print("%s", reason.getMessage());
        print("going back to step %d with %.3g of the learning rate", progress.step(), progress.rateFactor());
    }

    /** The time that the steps still to come will take, if they are like the last ones; evaluations are not counted. */
    private String left(RoundReport round) {
        double last = round.seconds() / start.plan().epoch(round.epoch()).steps(round.round());
        secondsPerStep = secondsPerStep == 0 ? last : secondsPerStep + RECENT_SHARE * (last - secondsPerStep);
        long steps = start.steps() - round.step();
        long seconds = Math.round(steps * secondsPerStep);
        Duration time = Duration.ofSeconds(seconds);
        return time.toHours() > 0
                ? "%d h %02d min".formatted(time.toHours(), time.toMinutesPart())
                : "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart());
    }

    /** A signal asked for the end. */
    void stopping() {
        print("stopping: this round is finished and saved first; a second signal ends at once");
    }

    @Override
    public void close() {
        endBar();
    }

    private void endBar() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private void print(String format, Object... arguments) {
        err.println(String.format(Locale.ROOT, format, arguments));
    }
}
