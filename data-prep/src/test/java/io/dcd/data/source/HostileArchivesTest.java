package io.dcd.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.DataException;
import io.dcd.data.Split;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that lie, trick or flood are refused in one line, with little memory. */
class HostileArchivesTest {
    private static final byte[] END = new byte[2 * TarEntries.RECORD];

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

    @BeforeEach
    void clear() {
        tar.reset();
    }

    private void add(byte[] header, byte[] content) {
        tar.writeBytes(header);
        tar.writeBytes(content);
        tar.writeBytes(new byte[TarEntries.padding(content.length)]);
    }

    private static byte[] header(String name, long size) {
        // The library would make a plain name of a tricky one, so names are put in afterwards.
        TarArchiveEntry entry = new TarArchiveEntry("a");
        entry.setSize(size);
        byte[] header = new byte[TarEntries.RECORD];
        entry.writeEntryHeader(header);
        byte[] encoded = name.getBytes(StandardCharsets.US_ASCII);
        header[0] = 0;
        System.arraycopy(encoded, 0, header, 0, encoded.length);
        return withChecksum(header);
    }

    private static byte[] withType(byte[] header, char type) {
        byte[] changed = header.clone();
        changed[156] = (byte) type;
        return withChecksum(changed);
    }

    /** The checksum of a header is the sum of its bytes with blanks in its own place. */
    private static byte[] withChecksum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xFF;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, 148, digits.length);
        return header;
    }

    private record Entry(String name, long offset, long size) {}

    private List<Entry> visit() throws IOException {
        byte[] bytes = tar.toByteArray();
        List<Entry> entries = new ArrayList<>();
        TarEntries.visit(
                (position, target) -> System.arraycopy(bytes, (int) position, target, 0, target.length),
                "test.tar",
                0,
                bytes.length,
                (name, offset, size) -> entries.add(new Entry(name, offset, size)));
        return entries;
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::visit)
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("test.tar")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aSoundArchiveIsVisited() throws IOException {
        add(header("a.JPEG", 3), new byte[3]);
        add(header("./b.JPEG", 600), new byte[600]);
        add(withType(header("folder", 0), '5'), new byte[0]);
        tar.writeBytes(END);
        assertThat(visit()).containsExactly(new Entry("a.JPEG", 512, 3), new Entry("b.JPEG", 512 + 512 + 512, 600));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "a/b.JPEG", "..", "a\\b", "sp ace", "line\nbreak", ""})
    void trickyNamesAreRefused(String name) {
        add(header(name, 3), new byte[3]);
        tar.writeBytes(END);
        assertRefused("has a name that ImageNet's archives do not have");
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '2', '3', '4', '6', '7', 'K', 'S', 'M', 'V', 'Z'})
    void linksDevicesAndOtherTypesAreRefused(char type) {
        add(withType(header("link.JPEG", 0), type), new byte[0]);
        tar.writeBytes(END);
        assertRefused("is a link or something else");
    }

    @Test
    void absurdSizesAreRefused() {
        byte[] header = header("a.JPEG", 0);
        System.arraycopy("77777777777\0".getBytes(StandardCharsets.US_ASCII), 0, header, 124, 12);
        add(withChecksum(header), new byte[0]);
        tar.writeBytes(END);
        assertRefused("is truncated: 'a.JPEG' needs 8589934591 bytes");
    }

    @Test
    void sizesBeyondAnyFileAreRefused() {
        byte[] header = header("a.JPEG", 0);
        Arrays.fill(header, 124, 136, (byte) 0xFF);
        add(withChecksum(header), new byte[0]);
        tar.writeBytes(END);
        assertRefused("is no tar header: broken archive, entry with negative size");
    }

    @Test
    void extendedHeadersAreUnderstoodWithinBounds() throws IOException {
        byte[] records = "19 path=long.JPEG\n10 size=5\n20 mtime=1700000.25\n".getBytes(StandardCharsets.US_ASCII);
        add(withType(header("PaxHeader", records.length), 'x'), records);
        add(header("short.JPEG", 0), new byte[5]);
        tar.writeBytes(END);
        assertThat(visit()).containsExactly(new Entry("long.JPEG", 3 * 512, 5));

        tar.reset();
        add(withType(header("PaxHeader", 1 << 20), 'x'), new byte[1 << 20]);
        tar.writeBytes(END);
        assertRefused("an extended header of 1048576 bytes");
    }

    @Test
    void anExtendedHeaderCannotSmuggleANameOrSize() {
        byte[] records = "21 path=../../secret\n".getBytes(StandardCharsets.US_ASCII);
        add(withType(header("PaxHeader", records.length), 'x'), records);
        add(header("short.JPEG", 0), new byte[0]);
        tar.writeBytes(END);
        assertRefused("has a name that ImageNet's archives do not have");

        tar.reset();
        byte[] negative = "11 size=-1\n".getBytes(StandardCharsets.US_ASCII);
        add(withType(header("PaxHeader", negative.length), 'x'), negative);
        add(header("short.JPEG", 0), new byte[0]);
        tar.writeBytes(END);
        assertRefused("states the size '-1'");
    }

    @Test
    void longNamesOfGnuTarAreUnderstoodWithinBounds() throws IOException {
        String name = "n01440764_" + "1".repeat(140) + ".JPEG";
        byte[] content = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        add(withType(header("././@LongLink", content.length), 'L'), content);
        add(header(name.substring(0, 99), 5), new byte[5]);
        tar.writeBytes(END);
        assertThat(visit()).containsExactly(new Entry(name, 3 * 512, 5));

        tar.reset();
        add(withType(header("././@LongLink", 1 << 20), 'L'), new byte[1 << 20]);
        tar.writeBytes(END);
        assertRefused("an extended header of 1048576 bytes");

        tar.reset();
        byte[] tricky = "../../secret\0".getBytes(StandardCharsets.US_ASCII);
        add(withType(header("././@LongLink", tricky.length), 'L'), tricky);
        add(header("short.JPEG", 0), new byte[0]);
        tar.writeBytes(END);
        assertRefused("has a name that ImageNet's archives do not have");
    }

    @Test
    void noiseIsNoArchive() {
        byte[] noise = new byte[4096];
        new java.util.Random(1).nextBytes(noise);
        tar.writeBytes(noise);
        assertRefused("is no tar header");
    }

    @Test
    void everyTruncationIsFound() {
        add(header("a.JPEG", 700), new byte[700]);
        byte[] whole = tar.toByteArray();
        for (int length = 0; length <= whole.length; length += 100) {
            tar.reset();
            tar.write(whole, 0, length);
            assertRefused("is truncated");
        }
    }

    @Test
    void tenMillionEmptyEntriesEndSoon() {
        byte[] header = header("a.JPEG", 0);
        long[] visited = new long[1];
        // The same header wherever one looks: five gigabytes that take no space.
        assertThatThrownBy(() -> TarEntries.visit(
                        (position, bytes) -> System.arraycopy(header, 0, bytes, 0, bytes.length),
                        "test.tar",
                        0,
                        10_000_000L * TarEntries.RECORD,
                        (name, offset, size) -> visited[0]++))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has more than 1000000 entries");
        assertThat(visited[0]).isEqualTo(1_000_000);
    }

    @Test
    void tarsNestedDeeperAreNotOpened() throws IOException {
        add(header("n00000001.tar", END.length), END);
        tar.writeBytes(END);
        byte[] inner = tar.toByteArray();
        tar.reset();
        add(header("nested.tar", inner.length), inner);
        tar.writeBytes(END);
        Files.write(directory.resolve(OfficialArchives.TRAINING), tar.toByteArray());
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("unexpected entry nested.tar");
    }

    @Test
    void aDecompressionBombIsDefused() throws IOException {
        add(header("n00000001.tar", END.length), END);
        tar.writeBytes(END);
        Files.write(directory.resolve(OfficialArchives.TRAINING), tar.toByteArray());
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(directory.resolve(OfficialArchives.DEVELOPMENT_KIT)))) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                out.write(zeros);
            }
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("unpacks to more than 67108864 bytes");
    }

    @Test
    void aDamagedMetaMatIsRefused() throws IOException {
        add(header("n00000001.tar", END.length), END);
        tar.writeBytes(END);
        Files.write(directory.resolve(OfficialArchives.TRAINING), tar.toByteArray());
        tar.reset();
        byte[] noise = new byte[2000];
        new java.util.Random(2).nextBytes(noise);
        add(header("data/meta.mat", noise.length), noise);
        add(header("data/ILSVRC2012_validation_ground_truth.txt", 2), "1\n".getBytes(StandardCharsets.US_ASCII));
        tar.writeBytes(END);
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(directory.resolve(OfficialArchives.DEVELOPMENT_KIT)))) {
            out.write(tar.toByteArray());
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data/meta.mat cannot be read");
    }

    private ImageSource open() throws IOException {
        return SourceLayout.ARCHIVES.open(
                new Configuration(), new org.apache.hadoop.fs.Path(directory.toUri()), Set.of(Split.TRAIN));
    }
}
