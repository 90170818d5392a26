package io.millrace.storage;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

@AnalyzeClasses(packages = "io.millrace.storage", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    void storageKnowsNoNetworkNoClusterAndNoKafka(JavaClasses classes) {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.vertx..", "io.netty..", "com.hazelcast..", "org.apache.kafka..", "io.millrace.cluster..")
                .check(classes);
    }

    @ArchTest
    void onlyTheFilePackageOpensFiles(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.millrace.storage.file")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.file.Files")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.FileChannel")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.RandomAccessFile")
                .check(classes);
    }

    @ArchTest
    void everyPackageHasASign(JavaClasses classes) throws IOException {
        Path sources = Path.of("src/main/java");
        for (JavaPackage each : classes.getPackage("io.millrace.storage").getSubpackagesInTree()) {
            if (each.getClasses().isEmpty()) {
                continue;
            }
            Path directory = sources.resolve(each.getName().replace('.', '/'));
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .as(each.getName())
                        .contains("package-info.java");
            }
        }
    }
}
