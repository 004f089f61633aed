package io.dcd.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.Split;
import io.dcd.data.source.OfficialArchives;
import io.dcd.data.source.SourceLayout;
import io.dcd.data.source.ValidationLabels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemoArchivesTest {
    private static final DemoArchives ARCHIVES = new DemoArchives(3, 2, 7);

    @TempDir
    private Path directory;

    @Test
    void writesTheOfficialLayout() throws Exception {
        List<Integer> progress = new ArrayList<>();
        org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(directory.toUri());
        ARCHIVES.write(new Configuration(), target, progress::add);

        var source = SourceLayout.ARCHIVES.open(new Configuration(), target, EnumSet.allOf(Split.class));
        assertThat(source.classes().classes()).hasSize(DemoArchives.CLASSES);
        assertThat(source.classes().ofWnid("n90000002").words()).isEqualTo("ball");
        assertThat(source.validationLabels())
                .asInstanceOf(InstanceOfAssertFactories.type(ValidationLabels.OfSortedNames.class))
                .extracting(ValidationLabels.OfSortedNames::labels, InstanceOfAssertFactories.list(Integer.class))
                .hasSize(20)
                .containsSubsequence(0, 0, 1, 1, 9, 9);
        assertThat(progress).hasSize(10).endsWith(ARCHIVES.images());
        assertThat(trainingImage("n90000006", 2))
                .as("the second star")
                .isEqualTo(ARCHIVES.image(DemoClass.STAR, Split.TRAIN, 1));
    }

    @ParameterizedTest
    @EnumSource(DemoClass.class)
    void drawsDifferentPhotographsOfManySizes(DemoClass subject) throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
            byte[] jpeg = ARCHIVES.image(subject, Split.TRAIN, number);
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
            assertThat(image.getWidth()).isBetween(80, 160);
            assertThat(image.getHeight()).isBetween(80, 160);
            assertThat(deviation(image)).as("image %d is not flat", number).isGreaterThan(2);
            images.add(jpeg);
        }
        assertThat(images).doesNotHaveDuplicates();
    }

    @Test
    void theSeedTheSplitAndTheNumberMakeTheImage() {
        byte[] image = ARCHIVES.image(DemoClass.RING, Split.TRAIN, 0);
        assertThat(new DemoArchives(9, 9, 7).image(DemoClass.RING, Split.TRAIN, 0))
                .isEqualTo(image);
        assertThat(new DemoArchives(3, 2, 8).image(DemoClass.RING, Split.TRAIN, 0))
                .isNotEqualTo(image);
        assertThat(ARCHIVES.image(DemoClass.RING, Split.VALIDATION, 0)).isNotEqualTo(image);
    }

    /** Standard deviation of the green channel. */
    private static double deviation(BufferedImage image) {
        double sum = 0;
        double squares = 0;
        int pixels = image.getWidth() * image.getHeight();
        for (int rgb : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
            int green = rgb >> 8 & 0xFF;
            sum += green;
            squares += (double) green * green;
        }
        return Math.sqrt(squares / pixels - sum * sum / pixels / pixels);
    }

    /** The number-th image (from 1) of a class, read back from the nested archive. */
    private byte[] trainingImage(String wnid, int number) throws Exception {
        Path training = directory.resolve(OfficialArchives.TRAINING);
        try (TarArchiveInputStream outer = new TarArchiveInputStream(new FileInputStream(training.toFile()))) {
            seek(outer, wnid + ".tar");
            TarArchiveInputStream inner = new TarArchiveInputStream(outer);
            seek(inner, wnid + "_" + number + ".JPEG");
            return inner.readAllBytes();
        }
    }

    private static void seek(TarArchiveInputStream archive, String name) throws Exception {
        TarArchiveEntry entry = archive.getNextEntry();
        while (entry != null && !entry.getName().equals(name)) {
            entry = archive.getNextEntry();
        }
        assertThat(entry).as(name).isNotNull();
    }
}
