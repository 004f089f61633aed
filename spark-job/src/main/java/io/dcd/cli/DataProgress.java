package io.dcd.cli;

import io.dcd.data.prepare.PrepareListener;
import io.dcd.data.source.ImageSource;
import io.dcd.data.source.ImageSource.SourceFile;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a pass over the data is: a bar with rate and time left on a terminal, a line for every tenth in a log. */
final class DataProgress implements PrepareListener, AutoCloseable {
    private static final int LINES_PER_PHASE = 10;
    private static final double NANOSECONDS = 1e9;

    private final PrintWriter err;
    private final boolean terminal = System.console() != null;
    private Phase phase;
    private ProgressBar bar;
    private long phaseStart;
    private long tenths;

    DataProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void found(ImageSource source) {
        String files = source.files().stream().map(SourceFile::name).collect(Collectors.joining(", "));
        err.printf(
                Locale.ROOT,
                "found layout %s%s: %,.1f MB to read, classes: %,d%n",
                source.layout().title(),
                files.isEmpty() ? "" : " (" + files + ")",
                source.bytes() / 1e6,
                source.classes().size());
    }

    @Override
    public synchronized void progress(Progress progress) {
        if (progress.phase() == Phase.HASH) {
            closeBar();
            err.println("waiting for the MD5 of the source files, which --no-source-hashes would leave out");
            return;
        }
        if (progress.phase() != phase) {
            closeBar();
            phase = progress.phase();
            phaseStart = System.nanoTime();
            tenths = 0;
        }
        if (terminal) {
            show(progress);
        } else {
            log(progress);
        }
    }

    private void show(Progress progress) {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(title())
                    .setInitialMax(progress.totalBytes())
                    .setUnit(" MB", 1_000_000)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .build();
        }
        bar.stepTo(progress.bytes());
        // The bar puts nothing between its own figures and these.
        bar.setExtraMessage(" " + counts(progress));
    }

    private void log(Progress progress) {
        long now = progress.totalBytes() == 0
                ? LINES_PER_PHASE
                : LINES_PER_PHASE * progress.bytes() / progress.totalBytes();
        if (now > tenths) {
            tenths = now;
            err.printf(Locale.ROOT, "%s: %d %%, %s%n", title(), 100 * now / LINES_PER_PHASE, counts(progress));
        }
    }

    private String title() {
        return switch (phase) {
            case CHECK -> "checking";
            case WRITE -> "writing";
            case HASH -> "hashing";
            case VERIFY -> "verifying";
        };
    }

    private String counts(Progress progress) {
        double seconds = (System.nanoTime() - phaseStart) / NANOSECONDS;
        String rate = seconds < 1 ? "" : String.format(Locale.ROOT, ", %,.0f images/s", progress.images() / seconds);
        String refused = progress.quarantined() == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d in quarantine", progress.quarantined());
        return String.format(Locale.ROOT, "%,d images%s%s", progress.images(), rate, refused);
    }

    private void closeBar() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public synchronized void close() {
        closeBar();
    }
}
